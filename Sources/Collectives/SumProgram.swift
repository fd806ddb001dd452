/// Sums of neighbouring nodes of the tree over the shards, flattened: a list of additions over numbered slots.
///
/// Slot i holds the value of the i-th of the nodes that are given, in shard order.
public struct SumProgram: Sendable, Equatable {
  /// Operand of an addition: a slot's value, or a sum that was made before.
  enum Operand: Sendable, Equatable {
    case slot(Int)
    /// In the scratch block of this number.
    case block(Int)
  }

  struct Addition: Sendable, Equatable {
    let left: Operand
    let right: Operand
    /// The scratch block that takes the sum, which may be the left operand's; unused where the sum is a root.
    let block: Int
    /// Number of the root that this is, else nil.
    var root: Int?
  }

  /// In post-order.
  private(set) var additions: [Addition] = []
  /// For each of the wanted nodes, in shard order, its slot where it is one of those that are given, else nil.
  private(set) var givenRoots: [Int?] = []
  /// Number of nodes given.
  public let slotCount: Int

  /// - Parameters:
  ///   - nodes: What is to be summed, in shard order; no gaps.
  ///   - roots: The nodes of the tree that are wanted, in shard order; together they cover the same shards.
  public init(nodes: [Range<Int>], roots: [Range<Int>]) {
    slotCount = nodes.count
    var next = 0
    // Post-order meets the given nodes from left to right.
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

  /// Number of sums it makes.
  public var rootCount: Int { givenRoots.count }
}
