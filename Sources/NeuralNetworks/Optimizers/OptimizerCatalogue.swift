import Configuration

/// All optimisers, in the order of the reference page.
package enum OptimizerCatalogue {
  package static let entries: [any OptimizerSettings.Type] = [
    SGD.self,
    Adam.self,
    AdamW.self,
    RMSprop.self,
    Adagrad.self,
    Lion.self,
    LARS.self,
  ]

  static var variants: [Variant<OptimizerSpecification>] { entries.map { variant($0) } }

  private static func variant<Settings: OptimizerSettings>(_: Settings.Type) -> Variant<OptimizerSpecification> {
    Settings.form.variant(apply: { $1.settings = $0 }, take: { $0.settings as? Settings })
  }
}
