/// The settings of one kind of a thing that has several, such as one optimiser. A catalogue lists the kinds.
package protocol CatalogueEntry: Sendable, Equatable {
  static var form: Form<Self> { get }
}

/// Settings that are a section of a configuration, whose keys stand at fixed paths.
package protocol CatalogueSection: CatalogueEntry {
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
  /// The key that a lone value stands for, if the kind is an item of a list: `shift: 4` is `shift: {pixels: 4}`.
  package let shorthand: String?
  /// Defaults of keys that are not given.
  package let template: Settings
  package let fields: [Field<Settings>]
  /// Settings of which none has its default, for tests that walk the catalogue.
  package let example: Settings

  package init(
    _ name: String, _ meaning: String, shorthand: String? = nil, template: Settings, example: Settings,
    fields: [Field<Settings>] = []
  ) {
    (self.name, self.meaning, self.shorthand, self.template) = (name, meaning, shorthand, template)
    (self.example, self.fields) = (example, fields)
  }

  /// The form as one choice of a record.
  ///
  /// - Parameters:
  ///   - prepare: Sets the defaults in which this kind differs from the others.
  ///   - apply: Puts these settings into the record's value.
  ///   - take: Returns the settings in a value; nil for a value of another kind.
  package func variant<Value>(
    prepare: @escaping @Sendable (inout Value) -> Void = { _ in },
    apply: @escaping @Sendable (Settings, inout Value) -> Void, take: @escaping @Sendable (Value) -> Settings?
  ) -> Variant<Value> {
    Variant(
      name, meaning, shorthand: shorthand, template: template, fields: fields, prepare: prepare, apply: apply,
      take: take)
  }
}
