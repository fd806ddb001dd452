import Configuration

/// The same rate in all steps.
package struct ConstantRate: ScheduleSettings {
  package var rate = 0.01

  package static var form: Form<ConstantRate> {
    Form(
      "constant", "one rate", template: ConstantRate(), example: ConstantRate(rate: 0.3),
      fields: [Field("rate", \.rate, .positive, "The learning rate.")])
  }

  package func check(_ context: inout DecodingContext) {}

  package func rate(at step: ScheduleStep) -> Double { rate }

  package func note(on length: ScheduleLength) -> String? { nil }
}

extension ScheduleSpecification {
  public static func constant(rate: Double, warmupSteps: Int = 0) -> ScheduleSpecification {
    ScheduleSpecification(ConstantRate(rate: rate), warmupSteps: warmupSteps)
  }
}
