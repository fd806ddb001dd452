import Configuration

/// Learning rate as a function of the step, counted from 0: a schedule with its settings, and a warm-up before it.
public struct ScheduleSpecification: Sendable {
  package var settings: any ScheduleSettings
  /// Number of steps over which the rate rises linearly from rate / warmupSteps to the full rate; a shorter run cuts it.
  public var warmupSteps: Int

  package init(_ settings: any ScheduleSettings, warmupSteps: Int) {
    (self.settings, self.warmupSteps) = (settings, warmupSteps)
  }

  /// The word that configurations use for the schedule.
  package var name: String { type(of: settings).name }

  /// The highest rate of the schedule.
  public var rate: Double { settings.rate }

  /// Whether evaluations of the validation split change the rate.
  public var followsEvaluations: Bool { settings is any EvaluatedScheduleSettings }

  package func check(_ context: inout DecodingContext) { settings.check(&context) }
}

extension ScheduleSpecification: Equatable {
  public static func == (a: ScheduleSpecification, b: ScheduleSpecification) -> Bool {
    a.settings.isEqual(to: b.settings) && a.warmupSteps == b.warmupSteps
  }
}

extension ScheduleSpecification {
  package static var record: Record<ScheduleSpecification> {
    Record(
      "schedule", "The learning rate η as a function of the step.", template: .constant(rate: 0.01),
      choice: Choice(
        "kind", "The schedule.", fallback: ConstantRate.form.name, variants: ScheduleCatalogue.variants),
      fields: [
        Field(
          "warmup_steps", \.warmupSteps, .integer(atLeast: 0),
          "Steps over which the rate rises linearly to its first full value; in a run that is not longer, all steps but the last."
        )
      ])
  }
}
