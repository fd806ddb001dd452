import Foundation
import Synchronization

/// Whether this process was asked to stop, and by what. Set from a signal thread or a clock, read while data are prepared,
/// and by workers once a step.
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
    SignalListener.start([SIGINT, SIGTERM, SIGUSR1]) { [self] signal in
      if signal == SIGINT && reason == .interrupt { _exit(Reason.interrupt.exitCode) }
      if signal == SIGTERM { Thread.sleep(forTimeInterval: terminationDelay) }
      request(signal == SIGINT ? .interrupt : .termination)
    }
  }
}

/// A run that was told to stop while its data were being prepared.
public struct StoppedBeforeTraining: ExitCodeProviding, CustomStringConvertible {
  public let reason: StopRequest.Reason
  public var exitCode: Int32 { reason.exitCode }
  public var description: String {
    "stopped while the data were being prepared: nothing was trained, and nothing changed"
  }
}
