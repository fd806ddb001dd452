import CSignals
import Dispatch
import Foundation
import Synchronization

/// Cores that this process may use.
var concurrency: Int { ProcessInfo.processInfo.activeProcessorCount }

/// `transform` of 0 ..< count, in order, computed on all the cores that this process may use.
func mapConcurrently<Element: Sendable>(
  count: Int, _ transform: @Sendable (Int) -> Element
) -> [Element] {
  mapParts(count: count, parts: max(1, min(count, concurrency))) { _, range in range.map(transform) }.flatMap { $0 }
}

/// `transform` of each of the ranges that 0 ..< count is cut into, in order, each on a thread.
func mapParts<Element: Sendable>(
  count: Int, parts: Int, _ transform: @Sendable (_ part: Int, _ range: Range<Int>) -> Element
) -> [Element] {
  @Sendable func range(_ part: Int) -> Range<Int> { part * count / parts..<(part + 1) * count / parts }
  if parts == 1 { return [transform(0, range(0))] }
  let results = Mutex([Element?](repeating: nil, count: parts))
  DispatchQueue.concurrentPerform(iterations: parts) { part in
    csignals_use_alternate_stack()
    let element = transform(part, range(part))
    results.withLock { $0[part] = element }
  }
  return results.withLock { $0.compactMap { $0 } }
}
