import Configuration

/// A kind of layer: the word and keys by which configurations name it, and examples that tests build it from.
package struct LayerForm: Sendable {
  package let variant: Variant<LayerSpecification>
  /// At least one example, with odd sizes.
  package let examples: [LayerExample]

  package var name: String { variant.name }

  /// - Parameters:
  ///   - meaning: A sentence for the reference page.
  ///   - shorthand: The key that a single value sets.
  ///   - template: Defaults of the keys.
  package init<Settings: LayerSettings>(
    _ name: String, _ meaning: String, shorthand: String? = nil, template: Settings, fields: [Field<Settings>],
    examples: [LayerExample]
  ) {
    self.init(
      name, meaning, shorthand: shorthand, template: template, fields: fields, make: { $0 }, take: { $0 },
      examples: examples)
  }

  /// A form whose keys do not correspond to the settings one to one.
  package init<Keys: Sendable, Settings: LayerSettings>(
    _ name: String, _ meaning: String, shorthand: String? = nil, template: Keys, fields: [Field<Keys>],
    make: @escaping @Sendable (Keys) -> Settings, take: @escaping @Sendable (Settings) -> Keys,
    examples: [LayerExample]
  ) {
    self.examples = examples
    variant = Variant(
      name, meaning, shorthand: shorthand, template: template, fields: fields,
      apply: { $1 = LayerSpecification(make($0)) },
      take: { specification in
        guard specification.name == name, let settings = specification.settings as? Settings else { return nil }
        return take(settings)
      })
  }

  /// A form without keys.
  package init<Settings: LayerSettings>(
    _ name: String, _ meaning: String, settings: Settings, examples: [LayerExample]
  ) {
    self.init(name, meaning, template: settings, fields: [], examples: examples)
  }
}

/// A layer with an input that fits it.
package struct LayerExample: Sendable {
  package let layer: LayerSpecification
  /// Shape of one sample, `[features]`, `[time, channels]`, `[height, width, channels]`, or `[time]` of tokens.
  package let inputShape: [Int]
  /// Number of different tokens, if the input is tokens.
  package let vocabulary: Int?

  package init(_ layer: LayerSpecification, on inputShape: [Int], vocabulary: Int? = nil) {
    (self.layer, self.inputShape, self.vocabulary) = (layer, inputShape, vocabulary)
  }
}
