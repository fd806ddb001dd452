/// State of a schedule that follows evaluations: part of every checkpoint, so that a resumed run has the same rates.
package struct ScheduleMemory: Codable, Sendable, Equatable {
  /// The last value that counted as an improvement, nil before the first.
  package var best: Double?
  package var evaluationsWithoutImprovement = 0
  /// Number of next evaluations that do not count as lacking an improvement.
  package var cooldown = 0
  /// Number of reductions of the rate.
  package var reductions = 0

  package init() {}
}

/// A schedule whose rate depends on evaluations of the validation split and the step.
package protocol EvaluatedScheduleSettings: ScheduleSettings {
  /// Updates the memory with an evaluation.
  func observe(loss: Double, accuracy: Double, memory: inout ScheduleMemory)
}
