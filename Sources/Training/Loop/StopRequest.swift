import CSignals
import Foundation
import Synchronization

/// Whether this process was asked to stop, and by what. Set from a signal thread or a clock, read by workers once a step.
public final class StopRequest: Sendable {
  /// Why a run stops before its last step; decides the exit code.
  public enum Reason: Int32, Sendable {
    case interrupt = 1
    case termination = 2
    case timeLimit = 3

    /// What the shell is told: 130 and 143 say "stopped after a checkpoint".
    public var exitCode: Int32 { self == .interrupt ? 130 : 143 }
  }

  private let value = Atomic<Int32>(0)

  public init() {}

  public var reason: Reason? { Reason(rawValue: value.load(ordering: .relaxed)) }

  /// The first reason stays.
  public func request(_ reason: Reason) {
    _ = value.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed)
  }

  /// Asks for a stop once `seconds` have passed.
  public func request(_ reason: Reason, after seconds: Double) {
    Thread.detachNewThread { [self] in
      Thread.sleep(forTimeInterval: seconds)
      request(reason)
    }
  }

  /// From now on SIGINT, SIGTERM and SIGUSR1 ask for a stop instead of ending the process; a second SIGINT ends it at once.
  /// Call it once a process.
  ///
  /// - Parameter terminationDelay: Seconds before a SIGTERM counts. When a rank has died, the launcher sends it to the
  ///   others, which end for that reason before they can take it for a preemption.
  public func listenForSignals(terminationDelay: Double = 0) {
    let signals = [SIGINT, SIGTERM, SIGUSR1]
    let pipe = csignals_listen(signals, Int32(signals.count))
    // Without a pipe signals keep their usual effect, and the last checkpoint is what is left.
    guard pipe >= 0 else { return }
    Thread.detachNewThread { [self] in
      var signal: UInt8 = 0
      while read(pipe, &signal, 1) == 1 {
        let isInterrupt = Int32(signal) == SIGINT
        if isInterrupt && reason == .interrupt { _exit(Reason.interrupt.exitCode) }
        if Int32(signal) == SIGTERM { Thread.sleep(forTimeInterval: terminationDelay) }
        request(isInterrupt ? .interrupt : .termination)
      }
    }
  }
}
