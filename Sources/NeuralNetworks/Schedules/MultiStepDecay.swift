import Configuration
import Foundation

/// rate · gammaⁿ, where n is the number of milestones reached; steps count from the start of the run.
package struct MultiStepDecay: ScheduleSettings {
  package var rate = 0.01
  package var gamma = 0.1
  /// Steps at which the rate changes, ascending.
  package var milestones: [Int] = []

  package static var form: Form<MultiStepDecay> {
    Form(
      "multi_step", "rate · gamma^(number of milestones reached)", template: MultiStepDecay(),
      example: MultiStepDecay(rate: 0.5, gamma: 0.3, milestones: [5, 6, 31]),
      fields: [
        Field("rate", \.rate, .positive, "The first learning rate."),
        Field("gamma", \.gamma, .positive, "Factor at each milestone."),
        Field(
          "milestones", \.milestones, Codec<Int>.integer(atLeast: 1).list("integers ≥ 1", atLeast: 1), required: true,
          example: "milestones: [1000, 2000]", "Steps at which the rate changes, ascending."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.check(
      "schedule.milestones", holds: zip(milestones, milestones.dropFirst()).allSatisfy(<),
      "the schedule's milestones do not ascend", hint: "sort them, and name each one once")
  }

  package func rate(at step: ScheduleStep) -> Double {
    rate * pow(gamma, Double(milestones.count { $0 <= step.number }))
  }

  package func note(on length: ScheduleLength) -> String? {
    guard let last = milestones.last, last >= length.totalSteps else { return nil }
    let missed = milestones.count { $0 >= length.totalSteps }
    return
      "\(missed) of \(milestones.count) schedule.milestones change nothing: the run ends after step \(length.totalSteps)"
  }
}

extension ScheduleSpecification {
  public static func multiStep(
    rate: Double, gamma: Double, milestones: [Int], warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    ScheduleSpecification(
      MultiStepDecay(rate: rate, gamma: gamma, milestones: milestones), warmupSteps: warmupSteps)
  }
}
