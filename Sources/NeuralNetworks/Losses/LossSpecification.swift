import Configuration

/// The loss that a run minimises, averaged over the global batch.
public struct LossSpecification: Sendable {
  package var settings: any LossSettings

  package init(_ settings: any LossSettings) { self.settings = settings }

  /// The word that configurations and messages use for the loss.
  public var name: String { type(of: settings).name }

  /// Weights of the classes in the mean; nil if the loss takes none.
  public var classWeights: ClassWeights? { settings.classWeights }

  /// Meaning of the model's outputs.
  public var outputs: LossOutputs { settings.outputs }

  package func check(_ context: inout DecodingContext) { settings.check(&context) }
}

extension LossSpecification: Equatable {
  public static func == (a: LossSpecification, b: LossSpecification) -> Bool { a.settings.isEqual(to: b.settings) }
}

extension LossSpecification {
  package static var record: Record<LossSpecification> {
    Record(
      "loss", "The function that training minimises, averaged over the global batch.", template: .crossEntropy(),
      choice: Choice("kind", "The loss.", fallback: CrossEntropy.form.name, variants: LossCatalogue.variants),
      fields: [])
  }
}
