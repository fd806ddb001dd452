import CSignals
import Foundation
import Synchronization
import Tensors

/// The one thread of a process that takes the signals that ask for a stop. No thread that computes ever runs a handler.
public enum SignalListener {
  /// Requests to stop: Ctrl-C, `kill`, a closed terminal, and what batch systems send before a job's time is up.
  public static let requests = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU]

  private static let handler = Mutex<@Sendable (Int32) -> Void>(end)

  /// Call it once a process, first thing: threads that were started before may have these signals delivered to them, unless
  /// they are blocked from the process's start (`CProcessStart`). Until something else is told to handle them, they end the process.
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
      // Nothing could stop a process that blocks these signals and has nobody to take them.
      _ = "error: \(error)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
      _exit(1)
    }
  }

  /// - Parameter handle: Called with one signal at a time, on a thread that does nothing else.
  public static func handle(with handle: @escaping @Sendable (Int32) -> Void) {
    handler.withLock { $0 = handle }
  }

  /// As if nobody listened; where a batch system means "stop" but the system knows no such meaning, with 143.
  private static func end(by signal: Int32) {
    if [SIGHUP, SIGINT, SIGTERM].contains(signal) { csignals_end_by(signal) }
    _exit(128 + SIGTERM)
  }

  /// Sends this process `signal` when `parent`, which started it, has ended, whatever ended it.
  ///
  /// - Returns: false if it has ended already.
  public static func notice(endOf parent: Int32, with signal: Int32) -> Bool {
    _ = csignals_when_parent_ends(signal)
    return getppid() == parent
  }
}
