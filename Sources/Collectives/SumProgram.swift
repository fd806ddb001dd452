/// The part of the tree above the workers' partial sums, flattened: a list of additions over numbered slots,
/// the same on every worker.
///
/// Slot i holds partial i, counted over all workers in shard order. An inner node's value lands in the slot of
/// its leftmost partial, so the additions work in place and the root ends in slot 0.
public struct SumProgram: Sendable, Equatable {
  /// slot[target] += slot[source]
  public struct Addition: Sendable, Equatable {
    public let target: Int
    public let source: Int
  }

  /// Additions in post-order; the last one makes the root. Empty when one partial is the root itself.
  public let additions: [Addition]
  /// Slots of each worker, in worker order.
  public let slots: [Range<Int>]

  /// Number of partials in all.
  public var slotCount: Int { slots.last?.upperBound ?? 0 }

  public init(_ layout: ShardLayout) {
    var partials: [Range<Int>] = []
    var slots: [Range<Int>] = []
    for worker in 0..<layout.workers {
      let own = layout.partials(of: worker)
      slots.append(partials.count..<partials.count + own.count)
      partials += own
    }
    var additions: [Addition] = []
    var next = 0
    // Post-order meets the partials from left to right.
    func slot(of node: Range<Int>) -> Int {
      if partials[next] == node {
        next += 1
        return next - 1
      }
      let (left, right) = ReductionTree.children(of: node)
      let target = slot(of: left)
      additions.append(Addition(target: target, source: slot(of: right)))
      return target
    }
    _ = slot(of: layout.tree.root)
    self.additions = additions
    self.slots = slots
  }
}
