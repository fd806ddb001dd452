import Autograd
import Configuration
import Tensors

/// A learned vector for each token: input `[batch, time]`, numbers of tokens, output `[batch, time, width]`.
///
/// `weight` is `[vocabulary, width]`, as in PyTorch, drawn from a normal distribution.
public final class Embedding: PartwiseLayer {
  public let path: String
  public let name = "embedding"
  public let outputShape: [Int]
  public let weight: Parameter

  init(
    path: String, inputShape: [Int], vocabulary: Int, width: Int, standardDeviation: Double, builder: ModelBuilder
  ) {
    self.path = path
    outputShape = inputShape + [width]
    weight = builder.parameter(
      path + ".weight", shape: [vocabulary, width], role: .weight,
      initially: .drawn(.normal(standardDeviation: standardDeviation), fanIn: vocabulary, fanOut: width))
  }

  public var parameters: [Parameter] { [weight] }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.embedding(weight: pass.tape.parameter(weight))
  }
}

extension Embedding {
  public struct Settings: LayerSettings {
    /// Nil means the number of tokens of the data.
    public var vocabulary: Int?
    public var width: Int
    public var standardDeviation: Double

    /// - Parameters:
    ///   - vocabulary: Number of tokens; nil takes that of the data.
    ///   - width: Length of each vector.
    ///   - standardDeviation: That of the normal distribution of the initial vectors (1 in PyTorch).
    public init(vocabulary: Int? = nil, width: Int, standardDeviation: Double = 1) {
      (self.vocabulary, self.width, self.standardDeviation) = (vocabulary, width, standardDeviation)
    }

    package static let forms = [
      LayerForm(
        "embedding", "A learned vector for each token; the first layer of a model of tokens.", shorthand: "width",
        template: Settings(width: 1),
        fields: [
          Field("width", \.width, .size(), required: true, "Elements of each vector."),
          Field(
            "vocabulary", \.vocabulary, Codec.size().optional, defaultText: "that of the data",
            "Number of different tokens."),
          Field(
            "deviation", \.standardDeviation, .positive,
            "Standard deviation of the vectors' initial normal distribution."),
        ],
        examples: [LayerExample(.embedding(Settings(width: 3)), on: [5], vocabulary: 7)])
    ]

    package var readsTokens: Bool { true }

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requirePositive(width, "the width")
      try context.requireTokens()
      if let own = vocabulary, let known = builder.vocabulary, own < known {
        let padding = builder.predictsTokens ? "" : ", padding among them"
        throw context.error(
          "has a vocabulary of \(own), but the data have \(known) tokens\(padding)",
          hint: "leave vocabulary out, or give \(known)")
      }
      guard let vocabulary = vocabulary ?? builder.vocabulary else {
        throw context.error("the number of different tokens is not known", hint: "write vocabulary: with their number")
      }
      try context.requirePositive(vocabulary, "the vocabulary")
      try context.requireCount(of: [vocabulary, width], "has a weight of")
      return Embedding(
        path: context.path, inputShape: context.inputShape, vocabulary: vocabulary, width: width,
        standardDeviation: standardDeviation, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// A learned vector for each token of a sequence.
  public static func embedding(_ settings: Embedding.Settings) -> Self { Self(settings) }
}
