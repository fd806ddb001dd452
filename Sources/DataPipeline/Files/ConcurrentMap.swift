import CSignals
import Dispatch
import Foundation
import Synchronization

/// `transform` of 0 ..< count, in order, computed on all the cores that this process may use.
func mapConcurrently<Element: Sendable>(
  count: Int, _ transform: @Sendable (Int) -> Element
) -> [Element] {
  let parts = max(1, min(count, ProcessInfo.processInfo.activeProcessorCount))
  let results = Mutex([[Element]](repeating: [], count: parts))
  DispatchQueue.concurrentPerform(iterations: parts) { part in
    csignals_use_alternate_stack()
    let range = part * count / parts..<(part + 1) * count / parts
    let values = range.map(transform)
    results.withLock { $0[part] = values }
  }
  return results.withLock { $0.flatMap { $0 } }
}
