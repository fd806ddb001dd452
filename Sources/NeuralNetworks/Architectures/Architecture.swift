import Configuration

/// A whole network for samples of any shape: a list of layers, or a named architecture with its sizes.
package protocol Architecture: Sendable, Equatable {
  static var form: ArchitectureForm { get }

  /// Kind of samples that the network takes.
  var input: ArchitectureInput { get }

  /// Whether the network can only predict the token after each one.
  var isLanguageModel: Bool { get }

  /// The layers for samples of the context's input shape, `[features]`, `[time]` or `[height, width, channels]`, where the last
  /// layer has `outputs` outputs. A list of layers is returned as written.
  ///
  /// - Throws: If the sizes contradict each other or do not fit the input, unless a layer checks it.
  func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification]
}

/// Kind of samples that a network takes.
package enum ArchitectureInput: Sendable {
  case images
  case tokens
  /// Numbers of any shape.
  case numbers
}

extension Architecture {
  fileprivate func isEqual(to other: any Architecture) -> Bool { (other as? Self) == self }
}

/// A kind of architecture: its word and keys in configurations, and an example that tests build.
package struct ArchitectureForm: Sendable {
  package let variant: Variant<ModelSpecification>
  /// The architecture as one layer of a list; nil for the list itself.
  package let layerForm: LayerForm?
  package let example: ModelSpecification
  /// Shape of a sample that fits the example.
  package let inputShape: [Int]

  package var name: String { variant.name }

  /// - Parameters:
  ///   - meaning: A phrase for the reference page.
  ///   - check: Reports keys that contradict each other.
  package init<Value: Architecture>(
    _ name: String, _ meaning: String, template: Value, fields: [Field<Value>], example: Value, on inputShape: [Int],
    check: @escaping @Sendable (Value, inout DecodingContext) -> Void = { _, _ in }
  ) {
    (self.example, self.inputShape) = (ModelSpecification(example), inputShape)
    layerForm =
      Value.self == LayerList.self
      ? nil
      : ArchitectureLayer.form(name, meaning, template: template, fields: fields, example: example, on: inputShape)
    variant = Variant(
      name, meaning, template: template, fields: fields, apply: { $1 = ModelSpecification($0) },
      take: { $0.architecture as? Value },
      check: { if let value = $0.architecture as? Value { check(value, &$1) } })
  }
}

/// A model as a configuration writes it: a list of layers, or a named architecture with its sizes.
public struct ModelSpecification: Sendable, Equatable {
  package let architecture: any Architecture

  package init(_ architecture: any Architecture) { self.architecture = architecture }

  /// Layers one after the other.
  public static func layers(_ layers: [LayerSpecification]) -> Self { Self(LayerList(layers: layers)) }

  /// The layers to build for samples of `inputShape`, `[features]`, `[time]` or `[height, width, channels]`, where the last
  /// layer has `outputs` outputs. A list of layers is returned as written: its builder checks the last size.
  ///
  /// - Throws: If the sizes of a named architecture contradict each other or do not fit the samples.
  public func layers(inputShape: [Int], outputs: Int) throws(ModelError) -> [LayerSpecification] {
    try architecture.layers(for: LayerContext(path: "", kind: name, inputShape: inputShape), outputs: outputs)
  }

  /// The word that configurations and messages use for this model.
  public var name: String { type(of: architecture).form.name }

  /// The layers of a list; nil for a named architecture.
  package var layerList: [LayerSpecification]? { (architecture as? LayerList)?.layers }

  public static func == (first: Self, second: Self) -> Bool {
    first.architecture.isEqual(to: second.architecture)
  }
}
