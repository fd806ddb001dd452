import Configuration
import Foundation

/// From a rate to the minimum along half a cosine over the steps after the warm-up (Loshchilov and Hutter, 2017).
package struct CosineDecay: ScheduleSettings {
  package var rate = 0.01
  package var minimum = 0.0

  package static var form: Form<CosineDecay> {
    Form(
      "cosine", "from the rate to the minimum along half a cosine, over all steps after the warm-up",
      template: CosineDecay(), example: CosineDecay(rate: 0.4, minimum: 0.05),
      fields: [
        Field("rate", \.rate, .positive, "The learning rate."),
        Field("min", \.minimum, .notNegative, "The last rate."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.checkSchedule(minimum: minimum, isBelow: rate, key: "rate")
  }

  package func rate(at step: ScheduleStep) -> Double {
    let progress = min(Double(step.behindWarmup) / Double(max(step.length.steps, 1)), 1)
    return Self.rate(at: progress, from: rate, to: minimum)
  }

  /// The rate at a fraction in 0...1 of the way.
  static func rate(at progress: Double, from rate: Double, to minimum: Double) -> Double {
    minimum + (rate - minimum) * (1 + cos(Double.pi * progress)) / 2
  }

  package func note(on length: ScheduleLength) -> String? { nil }
}

extension DecodingContext {
  /// Reports a lowest rate that is not below the highest one, the schedule's `key`.
  mutating func checkSchedule(minimum: Double, isBelow rate: Double, key: String) {
    check(
      "schedule.\(key)", "schedule.min", holds: minimum < rate,
      "the schedule's min \(NumberText.format(minimum)) is not below its \(key) \(NumberText.format(rate))")
  }
}

extension ScheduleSpecification {
  public static func cosine(rate: Double, minimum: Double, warmupSteps: Int = 0) -> ScheduleSpecification {
    ScheduleSpecification(CosineDecay(rate: rate, minimum: minimum), warmupSteps: warmupSteps)
  }
}
