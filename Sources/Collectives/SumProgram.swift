/// Sums of neighbouring nodes of the tree over the shards, flattened: a list of additions over numbered slots.
///
/// Slot i holds the value of the i-th of the nodes that are given, in shard order. An inner node's value lands in the
/// slot of its leftmost given node, so the additions can work in place.
public struct SumProgram: Sendable, Equatable {
  /// slot[target] += slot[source]
  public struct Addition: Sendable, Equatable {
    public let target: Int
    public let source: Int
    /// Where the sum goes that must leave the slots as they are: into the scratch block of this number. A left operand
    /// that is a sum itself is in that block too, a right one in the next.
    let block: Int
    let leftIsSum: Bool
    let rightIsSum: Bool
  }

  /// Additions in post-order.
  public let additions: [Addition]
  /// The slots in which the sums end, in shard order.
  public let roots: [Int]
  /// Number of nodes given.
  public let slotCount: Int

  /// - Parameters:
  ///   - nodes: What is to be summed, in shard order; no gaps.
  ///   - roots: The nodes of the tree that are wanted, in shard order; together they cover the same shards.
  public init(nodes: [Range<Int>], roots: [Range<Int>]) {
    var additions: [Addition] = []
    var next = 0
    // Post-order meets the given nodes from left to right.
    func slot(of node: Range<Int>, block: Int) -> (number: Int, isSum: Bool) {
      precondition(next < nodes.count, "shards \(node) are not among the nodes of a sum")
      if nodes[next] == node {
        next += 1
        return (next - 1, false)
      }
      let (left, right) = ReductionTree.children(of: node)
      let (target, leftIsSum) = slot(of: left, block: block)
      let (source, rightIsSum) = slot(of: right, block: block + 1)
      additions.append(
        Addition(target: target, source: source, block: block, leftIsSum: leftIsSum, rightIsSum: rightIsSum))
      return (target, true)
    }
    self.roots = roots.map { slot(of: $0, block: 0).number }
    self.additions = additions
    slotCount = nodes.count
  }
}
