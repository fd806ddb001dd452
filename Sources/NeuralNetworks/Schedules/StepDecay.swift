import Configuration
import Foundation

/// rate · gamma^⌊t / every⌋, where t counts from the start of the run.
package struct StepDecay: ScheduleSettings {
  package var rate = 0.01
  package var gamma = 0.1
  package var every = 1

  package static var form: Form<StepDecay> {
    Form(
      "step", "rate · gamma^⌊step / every⌋", template: StepDecay(),
      example: StepDecay(rate: 0.5, gamma: 0.7, every: 7),
      fields: [
        Field("rate", \.rate, .positive, "The learning rate."),
        Field("gamma", \.gamma, .positive, "Factor."),
        Field("every", \.every, .integer(atLeast: 1), required: true, "Steps between changes."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  package func rate(at step: ScheduleStep) -> Double { rate * pow(gamma, Double(step.number / every)) }

  package func note(on length: ScheduleLength) -> String? {
    guard every >= length.totalSteps else { return nil }
    return "the rate stays as it is: schedule.every is \(every), and the run ends after step \(length.totalSteps)"
  }
}

extension ScheduleSpecification {
  public static func step(
    rate: Double, gamma: Double, every: Int, warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    ScheduleSpecification(StepDecay(rate: rate, gamma: gamma, every: every), warmupSteps: warmupSteps)
  }
}
