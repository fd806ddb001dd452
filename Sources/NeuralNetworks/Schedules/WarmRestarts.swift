import Configuration
import Foundation

/// Half a cosine again and again (SGDR: Loshchilov and Hutter, 2017, equation 5), from the end of the warm-up on.
package struct WarmRestarts: ScheduleSettings {
  package var rate = 0.01
  package var minimum = 0.0
  /// Number of steps of the first cycle.
  package var cycle = 1
  package var cycleGrowth = 1.0

  package static var form: Form<WarmRestarts> {
    Form(
      "warm_restarts", "half a cosine from the rate to the minimum, again and again (Loshchilov and Hutter, 2017)",
      template: WarmRestarts(), example: WarmRestarts(rate: 0.5, minimum: 0.02, cycle: 7, cycleGrowth: 2),
      fields: [
        Field("rate", \.rate, .positive, "The first rate of each cycle."),
        Field("min", \.minimum, .notNegative, "The last rate of each cycle."),
        Field("cycle", \.cycle, .integer(atLeast: 1), required: true, "Steps of the first cycle."),
        Field("cycle_growth", \.cycleGrowth, .atLeastOne, "Ratio of each cycle's length to that of the cycle before."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.checkSchedule(minimum: minimum, isBelow: rate, key: "rate")
  }

  package func rate(at step: ScheduleStep) -> Double {
    let current = GrowingCycle(containing: step.behindWarmup, part: cycle, parts: 1, growth: cycleGrowth)
    return CosineDecay.rate(at: Double(current.position) / Double(current.part), from: rate, to: minimum)
  }

  package func note(on length: ScheduleLength) -> String? {
    guard cycle >= length.steps else { return nil }
    return "the rate does not restart: schedule.cycle is \(cycle), and the run has \(length.steps) steps"
      + (length.warmupSteps > 0 ? " after its warm-up" : "")
  }
}

extension ScheduleSpecification {
  /// - Parameters:
  ///   - rate: The rate at the start of each cycle.
  ///   - minimum: The rate at the end of each cycle.
  ///   - cycle: Number of steps of the first cycle.
  ///   - cycleGrowth: Each cycle is so many times as long as the one before.
  ///   - warmupSteps: Steps in which the rate rises from 0.
  public static func warmRestarts(
    rate: Double, minimum: Double = 0, cycle: Int, cycleGrowth: Double = 1, warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    let cycles = WarmRestarts(rate: rate, minimum: minimum, cycle: cycle, cycleGrowth: cycleGrowth)
    return ScheduleSpecification(cycles, warmupSteps: warmupSteps)
  }
}
