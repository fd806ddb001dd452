import Configuration

/// All schedules, in the order of the reference page.
package enum ScheduleCatalogue {
  package static let entries: [any ScheduleSettings.Type] = [
    ConstantRate.self,
    StepDecay.self,
    MultiStepDecay.self,
    ExponentialDecay.self,
    CosineDecay.self,
    WarmRestarts.self,
    TriangularCycles.self,
    OneCycle.self,
    Plateau.self,
  ]

  static var variants: [Variant<ScheduleSpecification>] { entries.map { variant($0) } }

  private static func variant<Settings: ScheduleSettings>(_: Settings.Type) -> Variant<ScheduleSpecification> {
    Settings.form.variant(apply: { $1.settings = $0 }, take: { $0.settings as? Settings })
  }
}
