import Synchronization

/// Status of this process's run: written by its training thread, read by threads that report it.
public final class RunStatus: Sendable {
  public enum Phase: UInt8, Sendable { case start, step, evaluation, sample, checkpoint, end }

  private let phase = Atomic<UInt8>(0)
  private let steps = Atomic<Int>(0)

  public init() {}

  func set(_ newPhase: Phase, after stepsDone: Int) {
    steps.store(stepsDone, ordering: .relaxed)
    phase.store(newPhase.rawValue, ordering: .relaxed)
  }

  /// `after step 12`.
  public var moment: String { stepsDone > 0 ? "after \(lastEvent)" : "before the first step" }

  /// `step 12`, the last one done.
  public var lastEvent: String { stepsDone > 0 ? "step \(stepsDone)" : "the start" }

  private var stepsDone: Int { steps.load(ordering: .relaxed) }

  /// The current operation, in which other workers may wait: `the gradient sum of step 13`.
  public var operation: String {
    switch Phase(rawValue: phase.load(ordering: .relaxed)) ?? .start {
    case .start: "the start of the run"
    case .step: "the gradient sum of step \(stepsDone + 1)"
    case .evaluation: "the evaluation after step \(stepsDone)"
    case .sample: "the sample after step \(stepsDone)"
    case .checkpoint: "the checkpoint of step \(stepsDone)"
    case .end: "the end of the run"
    }
  }
}
