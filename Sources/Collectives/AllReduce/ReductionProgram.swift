/// A part of the tree over shards, flattened to a list of additions over numbered slots.
///
/// Slot i holds the value of the i-th given node, in shard order.
public struct ReductionProgram: Sendable, Equatable {
  /// Operand of an addition: a slot's value, or an earlier sum.
  enum Operand: Sendable, Equatable {
    case slot(Int)
    /// In the scratch block of this number.
    case block(Int)
  }

  struct Addition: Sendable, Equatable {
    let left: Operand
    let right: Operand
    /// Scratch block for the sum, possibly that of the left operand; unused if the sum is a root.
    let block: Int
    /// Number of the root that this sum is; nil if it is none.
    var root: Int?
  }

  /// In post-order.
  private(set) var additions: [Addition] = []
  /// For each root, in shard order: its slot if it is a given node, else nil.
  private(set) var givenRoots: [Int?] = []
  /// Number of nodes given.
  public let slotCount: Int

  /// - Parameters:
  ///   - nodes: Nodes to be summed, in shard order, without gaps.
  ///   - roots: Nodes whose sums are wanted, in shard order; together they cover the same shards.
  public init(nodes: [Range<Int>], roots: [Range<Int>]) {
    slotCount = nodes.count
    var next = 0
    // Post-order visits the given nodes from left to right.
    func operand(of node: Range<Int>, block: Int) -> Operand {
      precondition(next < nodes.count, "shards \(node) are not among the nodes of a sum")
      if nodes[next] == node {
        next += 1
        return .slot(next - 1)
      }
      let (left, right) = ReductionTree.children(of: node)
      let (first, second) = (operand(of: left, block: block), operand(of: right, block: block + 1))
      additions.append(Addition(left: first, right: second, block: block, root: nil))
      return .block(block)
    }
    for (number, node) in roots.enumerated() {
      switch operand(of: node, block: 0) {
      case .slot(let slot): givenRoots.append(slot)
      case .block:
        additions[additions.count - 1].root = number
        givenRoots.append(nil)
      }
    }
  }

  /// Number of results.
  public var rootCount: Int { givenRoots.count }
}
