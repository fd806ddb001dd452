import CProcessStart
import CSignals
import Foundation
import Training

/// How this process takes signals.
enum ProcessSignals {
  /// Signals that end a program that has gone wrong, or is told to have.
  private static let crashes = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

  /// First thing in the process: from now on one thread alone takes the signals that ask for a stop.
  static func start(isRank: Bool) {
    // Linking it blocks them in the threads that libraries have started by now.
    _ = cprocessstart_was_prepared()
    SignalListener.start()
    csignals_use_alternate_stack()
    // Output that nobody reads any more is an error in writing it.
    signal(SIGPIPE, SIG_IGN)
    set(isRank: isRank)
  }

  /// At the start of the process, and in a rank again once MPI, which has handlers of its own, has started.
  ///
  /// - Parameter isRank: Whether other processes wait for this one.
  static func set(isRank: Bool) {
    // A file that grows beyond the limit then is an error in writing it, which is said, and not the end without a word.
    signal(SIGXFSZ, SIG_IGN)
    // Swift's handler prints a backtrace, which takes seconds, and returns: a signal sent from outside does not come again,
    // and the process goes on. Who presses Ctrl-\ expects it to end; and a rank must not keep the others waiting.
    signal(SIGQUIT, SIG_DFL)
    let wantsBacktrace = ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] != nil
    if isRank && !wantsBacktrace {
      for crash in crashes { signal(crash, SIG_DFL) }
    }
    csignals_report_lost_mappings()
  }
}
