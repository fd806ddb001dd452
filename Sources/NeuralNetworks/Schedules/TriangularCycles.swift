import Configuration
import Foundation

/// Up and down between two rates (Smith, 2017); half a cycle is `cycleGrowth` times as long as the last, and a peak's height
/// above the minimum is `peakDecay` times the last.
package struct TriangularCycles: ScheduleSettings {
  package var minimum = 1e-5
  package var maximum = 0.1
  /// Steps.
  package var halfCycle = 1
  package var cycleGrowth = 1.0
  package var peakDecay = 1.0

  package static var form: Form<TriangularCycles> {
    Form(
      "triangular", "up and down between two rates (Smith, 2017)", template: TriangularCycles(),
      example: TriangularCycles(minimum: 0.01, maximum: 0.5, halfCycle: 6, cycleGrowth: 1.5, peakDecay: 0.5),
      fields: [
        Field("min", \.minimum, .notNegative, "The lowest rate."),
        Field("max", \.maximum, .positive, "The highest rate of the first cycle."),
        Field("half_cycle", \.halfCycle, .integer(atLeast: 1), required: true, "Steps from lowest to highest rate."),
        Field("cycle_growth", \.cycleGrowth, .atLeastOne, "Ratio of each cycle's length to that of the cycle before."),
        Field(
          "peak_decay", \.peakDecay, .number("number in (0, 1]") { $0 > 0 && $0 <= 1 },
          "Ratio of each peak's height above the minimum to that of the peak before."),
      ])
  }

  package var rate: Double { maximum }

  package func check(_ context: inout DecodingContext) {
    context.check(
      "schedule.min", "schedule.max", holds: minimum < maximum,
      "the schedule's min \(NumberText.format(minimum)) is not below its max \(NumberText.format(maximum))")
  }

  package func rate(at step: ScheduleStep) -> Double {
    let cycle = GrowingCycle(containing: step.behindWarmup, part: halfCycle, parts: 2, growth: cycleGrowth)
    let position = Double(cycle.position) / Double(cycle.part)
    let height = (maximum - minimum) * pow(peakDecay, Double(cycle.number))
    return minimum + height * (position < 1 ? position : 2 - position)
  }

  package func note(on length: ScheduleLength) -> String? {
    guard halfCycle >= length.steps else { return nil }
    return
      "the rate does not reach its highest value: schedule.half_cycle is \(halfCycle), and the run has \(length.steps) steps"
      + (length.warmupSteps > 0 ? " after its warm-up" : "")
  }
}

extension ScheduleSpecification {
  public static func triangular(
    minimum: Double, maximum: Double, halfCycle: Int, cycleGrowth: Double = 1, peakDecay: Double = 1,
    warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    let cycles = TriangularCycles(
      minimum: minimum, maximum: maximum, halfCycle: halfCycle, cycleGrowth: cycleGrowth, peakDecay: peakDecay)
    return ScheduleSpecification(cycles, warmupSteps: warmupSteps)
  }
}
