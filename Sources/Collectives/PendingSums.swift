import Tensors

/// The sums between a worker's last leaf and the root of its subtree, made piece by piece as the leaf becomes final, so
/// that pieces can be on their way to other workers while the rest is still computed.
struct PendingSums {
  /// target += source, outermost first.
  var additions: [(target: Tensor, source: Tensor)] = []
  /// Everything from here on is done.
  private var start: Int

  init(end: Int) { start = end }

  /// The leaf is final from `newStart` on. Returns from where on the root of the subtree is.
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
