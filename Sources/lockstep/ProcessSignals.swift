import CProcessStart
import CSignals
import Foundation
import Training

/// How this process takes signals.
enum ProcessSignals {
  /// First thing in the process: from now on one thread alone takes the signals that ask for a stop.
  static func start() {
    // Linking it blocks them in the threads that libraries have started by now.
    _ = cprocessstart_was_prepared()
    SignalListener.start()
    csignals_use_alternate_stack()
    // Output that nobody reads any more is an error in writing it.
    signal(SIGPIPE, SIG_IGN)
    set()
  }

  /// At the start of the process, and in a rank again once MPI, which has handlers of its own, has started.
  static func set() {
    // A file that grows beyond the limit then is an error in writing it, which is said, and not the end without a word.
    signal(SIGXFSZ, SIG_IGN)
    // Swift's handlers print a backtrace. It takes seconds, in which other ranks wait; with little memory it never ends; and
    // after a signal from outside the process goes on. Who presses Ctrl-\ expects it to end.
    signal(SIGQUIT, SIG_DFL)
    if ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil { csignals_report_crashes() }
    csignals_report_lost_mappings()
  }
}
