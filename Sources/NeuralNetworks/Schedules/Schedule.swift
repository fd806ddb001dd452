/// The learning rate of each step of a run of known length. It follows from the step alone, so that a resumed run requires
/// nothing else, except in schedules that follow evaluations, whose memory the caller keeps.
public struct Schedule: Sendable, Equatable {
  public let specification: ScheduleSpecification
  private let length: ScheduleLength

  public init(_ specification: ScheduleSpecification, totalSteps: Int) {
    self.specification = specification
    length = ScheduleLength(
      totalSteps: totalSteps, warmupSteps: min(specification.warmupSteps, max(totalSteps - 1, 0)))
  }

  /// Number of steps of the warm-up: as specified, but less than the length of the run, so that the last step has the
  /// full rate.
  public var warmupSteps: Int { length.warmupSteps }

  /// The rate of step `step`, counted from 0.
  ///
  /// - Parameter memory: Result of the last `observe`; nil before the first evaluation, and in schedules that follow none.
  package func rate(at step: Int, memory: ScheduleMemory?) -> Double {
    precondition(step >= 0, "learning rate of step \(step)")
    func fullRate(at step: Int) -> Double {
      specification.settings.rate(
        at: ScheduleStep(number: step, length: length, memory: memory ?? ScheduleMemory()))
    }
    guard step < warmupSteps else { return fullRate(at: step) }
    return fullRate(at: warmupSteps) * Double(step + 1) / Double(warmupSteps)
  }

  /// Updates the memory of a schedule that follows evaluations with one of the validation split.
  package func observe(loss: Double, accuracy: Double, memory: inout ScheduleMemory?) {
    guard let settings = specification.settings as? any EvaluatedScheduleSettings else { return }
    var changed = memory ?? ScheduleMemory()
    settings.observe(loss: loss, accuracy: accuracy, memory: &changed)
    memory = changed
  }

  /// Warnings about parts of the schedule that the run does not reach.
  public var notes: [String] {
    var notes: [String] = []
    if warmupSteps < specification.warmupSteps {
      notes.append(
        "the warm-up of \(specification.warmupSteps) steps (schedule.warmup_steps) is cut to \(warmupSteps): the run has "
          + "\(length.totalSteps)")
    }
    return notes + [specification.settings.note(on: length)].compactMap { $0 }
  }
}
