import Autograd
import Configuration

/// Scores of tokens, computed with the weight of an embedding elsewhere in the model, y = x·Wᵀ (Press and Wolf, 2017): input
/// `[batch, …, width]`, output `[batch, …, vocabulary]`. It has no parameters of its own.
public final class TiedLinear: PartwiseLayer {
  public let path: String
  public let name = "tied_linear"
  public let outputShape: [Int]
  private let embedding: Embedding

  init(path: String, inputShape: [Int], embedding: Embedding) {
    (self.path, self.embedding) = (path, embedding)
    outputShape = inputShape.dropLast() + [embedding.weight.shape[0]]
  }

  public var multiplyAdds: Int {
    saturatingProduct(outputShape.dropLast().reduce(1, *), embedding.weight.count)
  }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.linear(weight: pass.tape.parameter(embedding.weight), bias: nil)
  }
}

extension TiedLinear {
  package struct Settings: LayerSettings {
    var embedding = ""
    /// Number of scores; nil means the number of vectors of the embedding.
    var outputs: Int?

    package static let forms = [
      LayerForm(
        "tied_linear", "Scores of tokens by the weight of an embedding, y = W·x (Press and Wolf, 2017).",
        shorthand: "embedding", template: Settings(),
        fields: [
          Field(
            "embedding", \.embedding, .text, required: true, example: "embedding: NAME",
            "The embedding's name, with the names of the lists around it in front and dots between them: from the list "
              + "that this layer stands in, or from the model's.")
        ],
        examples: [LayerExample(.tiedLinear(to: "0"), on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let embeddings = builder.embeddings
      guard let embedding = embeddings[context.beside(embedding)] ?? embeddings[embedding] else {
        let known = embeddings.keys.sorted()
        throw context.error(
          "there is no embedding '\(embedding)' in front of it",
          hint: known.isEmpty
            ? "put an embedding in front of it, and give its name"
            : "it can be \(known.map { "'\($0)'" }.joined(separator: ", "))")
      }
      let width = embedding.weight.shape[1]
      guard context.inputShape.last == width, context.inputShape.count < 3 else {
        throw context.error(
          "gets \(describe(context.inputShape)), but the embedding's vectors have \(width) elements",
          hint: "give it vectors as wide as the embedding's")
      }
      let vectors = embedding.weight.shape[0]
      guard outputs == nil || outputs == vectors else {
        throw context.error(
          "gives \(vectors) scores, one for each vector of the embedding, but \(outputs ?? 0) are asked for",
          hint: "write tie_embeddings: false")
      }
      return TiedLinear(path: context.path, inputShape: context.inputShape, embedding: embedding)
    }
  }
}

extension LayerSpecification {
  /// Scores of tokens, computed with the weight of the embedding at this path.
  public static func tiedLinear(to embedding: String) -> Self { Self(TiedLinear.Settings(embedding: embedding)) }
}
