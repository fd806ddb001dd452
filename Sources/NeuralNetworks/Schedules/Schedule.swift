/// The learning rate of each step of a run of known length. It follows from the step alone, so that a resumed run requires
/// nothing else, except in schedules that follow evaluations, whose memory the caller keeps.
public struct Schedule: Sendable, Equatable {
  public let specification: ScheduleSpecification
  /// Step of the run that the schedule begins at: 0, unless a later part of the run has a schedule of its own.
  public let firstStep: Int
  private let length: ScheduleLength

  /// - Parameters:
  ///   - specification: Kind and settings.
  ///   - totalSteps: Number of steps of the run, including those before `firstStep`.
  ///   - firstStep: Step that the schedule begins at, counted from 0.
  public init(_ specification: ScheduleSpecification, totalSteps: Int, firstStep: Int = 0) {
    (self.specification, self.firstStep) = (specification, firstStep)
    let steps = totalSteps - firstStep
    length = ScheduleLength(totalSteps: steps, warmupSteps: min(specification.warmupSteps, max(steps - 1, 0)))
  }

  /// Number of steps of the warm-up: as specified, but less than the length of the run, so that the last step has the
  /// full rate.
  public var warmupSteps: Int { length.warmupSteps }

  /// The rate of step `step` of the run, counted from 0; before `firstStep`, the first rate.
  ///
  /// - Parameter memory: Result of the last `observe`; nil before the first evaluation, and in schedules that follow none.
  package func rate(at step: Int, memory: ScheduleMemory?) -> Double {
    precondition(step >= 0, "learning rate of step \(step)")
    func fullRate(at step: Int) -> Double {
      specification.settings.rate(
        at: ScheduleStep(number: step, length: length, memory: memory ?? ScheduleMemory()))
    }
    let step = max(step - firstStep, 0)
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
        "the warm-up of \(specification.warmupSteps) steps (schedule.warmup_steps) is cut to \(warmupSteps): "
          + "\(firstStep > 0 ? "the rest of the run" : "the run") has \(length.totalSteps)")
    }
    let origin = firstStep > 0 ? " (steps count from step \(firstStep), where the schedule begins)" : ""
    return notes + [specification.settings.note(on: length)].compactMap { $0.map { $0 + origin } }
  }
}
