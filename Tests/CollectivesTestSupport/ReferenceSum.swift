/// The sum over shards as design.md puts it, in the plainest words: halve the range, the larger half left, add
/// the halves. Shares no code with what it is held against.
public func referenceSum(_ leaves: [[Float]]) -> [Float] {
  if leaves.count == 1 { return leaves[0] }
  let half = leaves.count - leaves.count / 2
  let left = referenceSum(Array(leaves[..<half]))
  let right = referenceSum(Array(leaves[half...]))
  return left.indices.map { left[$0] + right[$0] }
}

/// The order in which that sum adds, written out: `((0+1)+2)`.
public func referenceExpression(_ shards: Range<Int>) -> String {
  if shards.count == 1 { return "\(shards.lowerBound)" }
  let half = shards.lowerBound + shards.count - shards.count / 2
  return "(\(referenceExpression(shards.lowerBound..<half))+\(referenceExpression(half..<shards.upperBound)))"
}
