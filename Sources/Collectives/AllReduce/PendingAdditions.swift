import Tensors

/// The additions on the way from a worker's last shard to the root of its subtree. They are done piece by piece, as the
/// shard's gradient buffer becomes final, so that the all-reduce can send pieces while the rest is still computed.
struct PendingAdditions {
  /// Additions target += source, outermost first.
  var additions: [(target: Tensor, source: Tensor)] = []
  /// First element for which the additions are done.
  private var start: Int

  init(end: Int) { start = end }

  /// Called when the gradient buffer is final from `newStart` on. Returns the first final element of the subtree's root.
  mutating func advance(to newStart: Int) -> Int {
    if newStart < start {
      for (target, source) in additions.reversed() { Self.add(source, to: target, newStart..<start) }
      start = newStart
    }
    return start
  }

  static func add(_ source: Tensor, to target: Tensor, _ range: Range<Int>) {
    addInPlace(
      target.pointer.assumingMemoryBound(to: Float.self) + range.lowerBound,
      source.pointer.assumingMemoryBound(to: Float.self) + range.lowerBound, count: range.count)
  }
}
