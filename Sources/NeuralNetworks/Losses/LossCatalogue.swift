import Configuration

/// All losses, in the order of the reference page.
package enum LossCatalogue {
  package static let entries: [any LossSettings.Type] = [
    CrossEntropy.self,
    FocalLoss.self,
    SymmetricCrossEntropy.self,
    BinaryCrossEntropy.self,
    MeanSquaredError.self,
  ]

  static var variants: [Variant<LossSpecification>] { entries.map { variant($0) } }

  private static func variant<Settings: LossSettings>(_: Settings.Type) -> Variant<LossSpecification> {
    Settings.form.variant(apply: { $1.settings = $0 }, take: { $0.settings as? Settings })
  }
}
