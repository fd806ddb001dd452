/// Sums of neighbouring nodes of the tree over the shards, flattened: a list of additions over numbered slots.
///
/// Slot i holds the value of the i-th of the nodes that are given, in shard order. An inner node's value lands in the
/// slot of its leftmost given node, so the additions work in place.
public struct SumProgram: Sendable, Equatable {
  /// slot[target] += slot[source]
  public struct Addition: Sendable, Equatable {
    public let target: Int
    public let source: Int
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
    func slot(of node: Range<Int>) -> Int {
      precondition(next < nodes.count, "shards \(node) are not among the nodes of a sum")
      if nodes[next] == node {
        next += 1
        return next - 1
      }
      let (left, right) = ReductionTree.children(of: node)
      let target = slot(of: left)
      additions.append(Addition(target: target, source: slot(of: right)))
      return target
    }
    self.roots = roots.map { slot(of: $0) }
    self.additions = additions
    slotCount = nodes.count
  }
}
