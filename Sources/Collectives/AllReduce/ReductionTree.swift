/// The fixed binary tree that sets the order of all sums over the shards of a global batch.
///
/// A node is a range of shard numbers. Its children are its halves, the larger half left, down to single shards. The tree
/// depends on the number of shards alone. Floating-point addition is not associative, so a sum has the same bits for every
/// placement of shards on workers only because all workers follow this tree.
public struct ReductionTree: Sendable, Equatable {
  /// Number of leaves.
  public let shards: Int

  public init(shards: Int) {
    precondition(shards >= 1, "a reduction tree over \(shards) shards")
    self.shards = shards
  }

  /// The root: all shards.
  public var root: Range<Int> { 0..<shards }

  /// The children of an inner node (a range of at least two shards).
  public static func children(of node: Range<Int>) -> (left: Range<Int>, right: Range<Int>) {
    precondition(node.count >= 2, "shard \(node) is a leaf")
    let middle = node.lowerBound + (node.count + 1) / 2
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }

  /// The largest nodes that lie wholly inside `range`, in shard order. Together they cover it. There are fewer than
  /// 2·log₂(shards) of them, or one if `range` is itself a node.
  public func maximalSubtrees(in range: Range<Int>) -> [Range<Int>] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shards, "shards \(range) of a tree over \(shards) shards")
    var found: [Range<Int>] = []
    func visit(_ node: Range<Int>) {
      if !node.overlaps(range) { return }
      if node.lowerBound >= range.lowerBound && node.upperBound <= range.upperBound {
        found.append(node)
        return
      }
      let (left, right) = Self.children(of: node)
      visit(left)
      visit(right)
    }
    visit(root)
    return found
  }

  /// Combines one value of each shard in the order of the tree, for small sums that steer a run (losses, counts).
  public func reduce<Value>(_ leaves: [Value], _ combine: (Value, Value) -> Value) -> Value {
    precondition(leaves.count == shards, "\(leaves.count) leaves for a tree over \(shards) shards")
    func value(of node: Range<Int>) -> Value {
      if node.count == 1 { return leaves[node.lowerBound] }
      let (left, right) = Self.children(of: node)
      return combine(value(of: left), value(of: right))
    }
    return value(of: root)
  }
}
