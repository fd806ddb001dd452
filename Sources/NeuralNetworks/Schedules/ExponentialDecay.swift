import Configuration
import Foundation

/// rate · gammaᵗ, where t counts from the start of the run.
package struct ExponentialDecay: ScheduleSettings {
  package var rate = 0.01
  package var gamma = 0.999

  package static var form: Form<ExponentialDecay> {
    Form(
      "exponential", "rate · gamma^step", template: ExponentialDecay(),
      example: ExponentialDecay(rate: 0.5, gamma: 0.93),
      fields: [
        Field("rate", \.rate, .positive, "The first learning rate."),
        Field("gamma", \.gamma, .positive, "Factor of each step."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  package func rate(at step: ScheduleStep) -> Double { rate * pow(gamma, Double(step.number)) }

  package func note(on length: ScheduleLength) -> String? { nil }
}

extension ScheduleSpecification {
  public static func exponential(rate: Double, gamma: Double, warmupSteps: Int = 0) -> ScheduleSpecification {
    ScheduleSpecification(ExponentialDecay(rate: rate, gamma: gamma), warmupSteps: warmupSteps)
  }
}
