import Configuration

/// The settings of one schedule, and its learning rate.
package protocol ScheduleSettings: CatalogueSection {
  /// The full rate of a step: what a warm-up climbs to, and the rate of each step behind it.
  func rate(at step: ScheduleStep) -> Double

  /// A sentence about a part of the schedule that a run of this length does not come to; nil where it comes to all.
  func note(on length: ScheduleLength) -> String?
}

/// How many steps a run has for its schedule.
package struct ScheduleLength: Sendable, Equatable {
  package let totalSteps: Int
  package let warmupSteps: Int

  /// Steps behind the warm-up.
  var steps: Int { totalSteps - warmupSteps }
}

/// A step as a schedule sees it.
package struct ScheduleStep {
  /// Counted from 0, from the start of the run.
  let number: Int
  let length: ScheduleLength
  /// Filled in by a schedule that follows evaluations; untouched in others.
  let memory: ScheduleMemory

  /// Counted from the end of the warm-up.
  var behindWarmup: Int { number - length.warmupSteps }
}
