import Configuration

/// The settings of one schedule, and its learning rate.
package protocol ScheduleSettings: CatalogueSection {
  /// The highest rate, by which runs are compared.
  var rate: Double { get }

  /// The full rate of a step: the end of a warm-up, and the rate of each step after it.
  func rate(at step: ScheduleStep) -> Double

  /// Warning about a part of the schedule that a run of this length does not reach; nil if it reaches all.
  func note(on length: ScheduleLength) -> String?
}

/// Numbers of steps of a run and its warm-up.
package struct ScheduleLength: Sendable, Equatable {
  package let totalSteps: Int
  package let warmupSteps: Int

  /// Number of steps after the warm-up.
  var steps: Int { totalSteps - warmupSteps }
}

/// A step as a schedule sees it.
package struct ScheduleStep {
  /// Counted from 0, from the start of the schedule, which is that of the run unless `--continue` gave another schedule.
  let number: Int
  let length: ScheduleLength
  /// Used by schedules that follow evaluations only.
  let memory: ScheduleMemory

  /// Counted from the end of the warm-up.
  var behindWarmup: Int { number - length.warmupSteps }
}
