import CSignals
import Foundation

/// Signals that a thread is told of, instead of their usual effect.
public enum SignalListener {
  /// Call it once a process. Where the system refuses, signals keep their usual effect.
  ///
  /// - Parameter handle: Called with one signal at a time, on a thread that does nothing else.
  public static func start(_ signals: [Int32], _ handle: @escaping @Sendable (Int32) -> Void) {
    let pipe = csignals_listen(signals, Int32(signals.count))
    guard pipe >= 0 else { return }
    Thread.detachNewThread {
      var signal: UInt8 = 0
      while read(pipe, &signal, 1) == 1 { handle(Int32(signal)) }
    }
  }

  /// Sends this process `signal` when `parent`, which started it, has ended, whatever ended it.
  ///
  /// - Returns: false if it has ended already.
  public static func notice(endOf parent: Int32, with signal: Int32) -> Bool {
    _ = csignals_when_parent_ends(signal)
    return getppid() == parent
  }
}
