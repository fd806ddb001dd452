import Collectives
import Foundation
import Synchronization
import Tensors

/// A request to stop this process, with its reason. Set by a signal thread or a clock; read while data are prepared, and by
/// workers in every step and during evaluations.
public final class StopRequest: Sendable {
  /// Why a run stops before its last step; decides the exit code.
  public enum Reason: Int32, Sendable {
    case interrupt = 1
    case termination = 2
    case timeLimit = 3
    case hangup = 4
    /// Another process of the job received the request and knows the reason.
    case passedOn = 5

    /// Exit code for the shell: 129, 130 and 143 mean "stopped after a checkpoint".
    public var exitCode: Int32 {
      switch self {
      case .hangup: 129
      case .interrupt: 130
      case .termination, .timeLimit, .passedOn: 143
      }
    }

    /// Reason for one of `SignalListener.requests`. Batch systems send SIGUSR1, SIGUSR2 and SIGXCPU before a job's time is up.
    init(signal: Int32) {
      switch signal {
      case SIGHUP: self = .hangup
      case SIGINT: self = .interrupt
      default: self = .termination
      }
    }
  }

  private let value = Atomic<Int32>(0)
  private let signalNumber = Atomic<Int32>(0)
  private let reactions = Mutex(Reactions())
  private let phase = Atomic<Int32>(Phase.preparing.rawValue)

  /// Action as soon as a stop is requested.
  private struct Reactions {
    var passOn: (@Sendable () -> Void)?
    var giveUp: (@Sendable (Reason) -> Void)?
  }

  /// While data are prepared nothing is lost by ending at once; afterwards a stop comes after a checkpoint.
  private enum Phase: Int32 {
    case preparing, training, givenUp
  }

  /// Seconds for preparation to end cleanly after a stop request, and to remove unfinished files.
  private static let patience = 1.5

  public init() {}

  public var reason: Reason? { Reason(rawValue: value.load(ordering: .relaxed)) }

  /// The signal that requested it; nil if none did.
  public var signal: Int32? {
    let number = signalNumber.load(ordering: .relaxed)
    return number > 0 ? number : nil
  }

  /// Only the first reason counts.
  public func request(_ reason: Reason) {
    guard value.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed).exchanged else { return }
    let reactions = reactions.withLock { $0 }
    reactions.passOn?()
    guard let giveUp = reactions.giveUp else { return }
    // Without a thread, the stop takes effect at the end of preparation.
    try? SystemThread.detach { [self] in
      Thread.sleep(forTimeInterval: Self.patience)
      if move(to: .givenUp) { giveUp(reason) }
    }
  }

  /// - Parameter react: Called when a stop is requested, or now if it was: tells the other processes of the job.
  public func passOn(_ react: @escaping @Sendable () -> Void) {
    reactions.withLock { $0.passOn = react }
    if reason != nil { react() }
  }

  /// - Parameter end: Called if preparation continues after a stop request; reports it and ends the process.
  public func endPreparation(_ end: @escaping @Sendable (Reason) -> Void) {
    reactions.withLock { $0.giveUp = end }
  }

  /// From now on a stop takes effect in training, after a checkpoint. Does not return if the process is about to end.
  public func leavePreparation() {
    while !move(to: .training) && phase.load(ordering: .relaxed) == Phase.givenUp.rawValue { sleep(1) }
  }

  private func move(to next: Phase) -> Bool {
    phase.compareExchange(expected: Phase.preparing.rawValue, desired: next.rawValue, ordering: .relaxed).exchanged
  }

  /// Requests a stop after `seconds`.
  ///
  /// - Throws: If the system refuses the thread that waits.
  public func request(_ reason: Reason, after seconds: Double) throws {
    try SystemThread.detach { [self] in
      Thread.sleep(forTimeInterval: seconds)
      request(reason)
    }
  }

  /// From now on the signals of `SignalListener.requests` request a stop instead of ending the process. A SIGINT after a stop
  /// request ends it at once. Call it once.
  ///
  /// - Parameter terminationDelay: Seconds before a SIGTERM counts. After a rank's death the launcher sends it to the
  ///   others, which end for that reason before they can mistake it for a preemption.
  public func listenForSignals(terminationDelay: Double = 0) {
    SignalListener.handle { [self] signal in
      if signal == SIGINT && reason != nil { _exit(Reason.interrupt.exitCode) }
      if signal == SIGTERM { Thread.sleep(forTimeInterval: terminationDelay) }
      if reason == nil { signalNumber.store(signal, ordering: .relaxed) }
      request(Reason(signal: signal))
    }
  }
}

/// A run that was stopped before its first step: during the preparation of its data, or while it wrote the sample before that
/// step.
public struct StoppedBeforeTraining: ExitCodeProviding, CustomStringConvertible {
  public let reason: StopRequest.Reason
  let isInSample: Bool

  public init(reason: StopRequest.Reason) { self.init(reason: reason, isInSample: false) }

  init(reason: StopRequest.Reason, isInSample: Bool) {
    (self.reason, self.isInSample) = (reason, isInSample)
  }

  public var exitCode: Int32 { reason.exitCode }
  public var isPassedOn: Bool { reason == .passedOn }
  public var description: String {
    isInSample
      ? "stopped during the sample before the first step: nothing was trained, and no checkpoint was written"
      : "stopped while the data were being prepared: nothing was trained, and nothing changed"
  }
}
