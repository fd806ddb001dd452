import CProcessStart
import CSignals
import Foundation
import Training

/// Sets how this process reacts to signals.
enum ProcessSignals {
  /// Called first in the process. From now on one thread receives all signals that ask for a stop.
  static func start() {
    // Being linked, it has blocked these signals in all threads that libraries have started.
    _ = cprocessstart_was_prepared()
    SignalListener.start()
    csignals_use_alternate_stack()
    // Writing to a closed pipe then returns an error.
    signal(SIGPIPE, SIG_IGN)
    set()
  }

  /// Called at the start of the process and again after MPI, which installs its own handlers, has started.
  static func set() {
    // Writing a file beyond the size limit then returns an error, which is reported, instead of killing the process.
    signal(SIGXFSZ, SIG_IGN)
    // Swift's handlers print a backtrace. That takes seconds, in which other ranks wait; with little memory it never ends; and
    // after a signal from outside, the process continues. Ctrl-\ must end it.
    signal(SIGQUIT, SIG_DFL)
    if ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil { csignals_report_crashes() }
    csignals_report_lost_mappings()
  }
}
