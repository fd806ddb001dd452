/// State of a schedule that follows evaluations: part of every checkpoint, so that a resumed run has the same rates.
package struct ScheduleMemory: Codable, Sendable, Equatable {
  /// The last value that counted as an improvement, nil before the first.
  package var best: Double?
  package var evaluationsWithoutImprovement = 0
  /// Evaluations to come that do not count as being without an improvement.
  package var cooldown = 0
  /// How often the rate was reduced.
  package var reductions = 0

  package init() {}
}

/// A schedule whose rate depends on evaluations of the validation split beside the step.
package protocol EvaluatedScheduleSettings: ScheduleSettings {
  /// Takes an evaluation into account.
  func observe(loss: Double, accuracy: Double, memory: inout ScheduleMemory)
}
