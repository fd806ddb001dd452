import CSignals
import Foundation
import Synchronization
import Tensors

/// The one thread of a process that receives stop signals. No thread that computes ever runs a handler.
public enum SignalListener {
  /// Stop signals: from Ctrl-C, `kill`, a closed terminal, and batch systems before a job's time is up.
  public static let requests = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU]

  private static let handler = Mutex<@Sendable (Int32) -> Void>(end)

  /// Call it once, first of all: threads started before may receive these signals, unless they are blocked from the process's
  /// start (`CProcessStart`). Until there is a handler, the signals end the process.
  public static func start() {
    guard csignals_await(requests, Int32(requests.count)) == 0 else { return }
    do {
      try SystemThread.detach {
        while true {
          let signal = csignals_next()
          guard signal > 0 else { return }
          handler.withLock { $0 }(signal)
        }
      }
    } catch {
      // Nothing could stop a process that blocks these signals and has no thread to receive them.
      _ = "error: \(error)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
      _exit(1)
    }
  }

  /// - Parameter handle: Called with one signal at a time, on a thread that does nothing else.
  public static func handle(with handle: @escaping @Sendable (Int32) -> Void) {
    handler.withLock { $0 = handle }
  }

  /// Ends the process as the signal would without a listener; for signals by which only batch systems mean "stop", with 143.
  private static func end(by signal: Int32) {
    if [SIGHUP, SIGINT, SIGTERM].contains(signal) { csignals_end_by(signal) }
    _exit(128 + SIGTERM)
  }

  /// Sends this process `signal` when its parent process `parent` ends for any reason.
  ///
  /// - Returns: False if it has already ended.
  public static func notice(endOf parent: Int32, with signal: Int32) -> Bool {
    _ = csignals_when_parent_ends(signal)
    return getppid() == parent
  }
}
