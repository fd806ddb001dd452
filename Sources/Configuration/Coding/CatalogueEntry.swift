/// The settings of one kind of a thing that has several, such as one optimiser. A catalogue lists the kinds.
package protocol CatalogueEntry: Sendable, Equatable {
  static var form: Form<Self> { get }

  /// Reports settings that are valid one by one and wrong together.
  func check(_ context: inout DecodingContext)
}

extension CatalogueEntry {
  /// The word that chooses the kind.
  package static var name: String { form.name }

  /// Whether the other settings are of the same kind and equal.
  package func isEqual(to other: any CatalogueEntry) -> Bool { (other as? Self) == self }
}

/// How a configuration writes the settings of one kind.
package struct Form<Settings: Sendable>: Sendable {
  /// The word that chooses the kind: `adam`.
  package let name: String
  package let meaning: String
  /// Values of keys that are not given.
  package let template: Settings
  package let fields: [Field<Settings>]
  /// Settings of which none has its default, for tests that walk the catalogue.
  package let example: Settings

  package init(
    _ name: String, _ meaning: String, template: Settings, example: Settings, fields: [Field<Settings>] = []
  ) {
    (self.name, self.meaning, self.template) = (name, meaning, template)
    (self.example, self.fields) = (example, fields)
  }

  /// The form as one choice of a record.
  ///
  /// - Parameters:
  ///   - apply: Gives the record's value these settings.
  ///   - take: The settings of a value, nil for a value of another kind.
  package func variant<Value>(
    apply: @escaping @Sendable (Settings, inout Value) -> Void, take: @escaping @Sendable (Value) -> Settings?
  ) -> Variant<Value> {
    Variant(name, meaning, template: template, fields: fields, apply: apply, take: take)
  }
}
