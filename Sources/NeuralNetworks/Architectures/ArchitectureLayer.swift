import Configuration

/// A whole architecture as one layer of a list, such as a trunk with other layers before and after it.
struct ArchitectureLayer<Value: Architecture>: LayerSettings {
  var architecture: Value
  /// Outputs of its last layer; nil means the number of classes of the data, or of tokens if the next one is predicted.
  var outputs: Int?

  static var forms: [LayerForm] { Value.form.layerForm.map { [$0] } ?? [] }

  /// Its layers state their own receptive windows.
  var timeDependence: TimeDependence { .none }
  var readsTokens: Bool { architecture.input == .tokens }

  func layer(
    for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
  ) throws(ModelError) -> any Layer {
    guard let outputs = outputs ?? builder.outputs else {
      throw context.error("takes its outputs from the data, which have no classes", hint: "give it a number of outputs")
    }
    try context.requirePositive(outputs, "the number of outputs")
    return try builder.sequential(try architecture.layers(for: context, outputs: outputs), for: context)
  }

  /// - Parameters:
  ///   - meaning: A phrase for the reference page.
  ///   - inputShape: Shape of a sample that fits the example.
  static func form(
    _ name: String, _ meaning: String, template: Value, fields: [Field<Value>], example: Value, on inputShape: [Int]
  ) -> LayerForm {
    LayerForm(
      name, "The architecture `\(name)` as one layer, with the same keys.",
      template: ArchitectureLayer(architecture: template, outputs: nil),
      fields: [
        Field(
          "outputs", \.outputs, .count(or: "classes"), defaultText: "`classes`",
          "Outputs of its last layer; `classes` takes that of the data.")
      ] + fields.map { $0.within(\.architecture) },
      examples: [
        LayerExample(
          LayerSpecification(ArchitectureLayer(architecture: example, outputs: 5)), on: inputShape,
          vocabulary: example.input == .tokens ? 5 : nil)
      ])
  }
}

extension LayerSpecification {
  /// A whole architecture as one layer of a list.
  ///
  /// - Parameters:
  ///   - model: The architecture.
  ///   - outputs: Outputs of its last layer; nil means the number of classes of the data, or of tokens if the next
  ///     one is predicted.
  public static func architecture(_ model: ModelSpecification, outputs: Int? = nil) -> Self {
    func layer(_ architecture: some Architecture) -> Self {
      Self(ArchitectureLayer(architecture: architecture, outputs: outputs))
    }
    return layer(model.architecture)
  }
}
