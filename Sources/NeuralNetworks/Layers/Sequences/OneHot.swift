import Autograd
import Configuration

/// A unit vector for each token: input `[batch, time]`, numbers of tokens, output `[batch, time, vocabulary]`.
public final class OneHot: PartwiseLayer {
  public let path: String
  public let name = "one_hot"
  public let outputShape: [Int]
  private let vocabulary: Int

  init(path: String, inputShape: [Int], vocabulary: Int) {
    (self.path, self.vocabulary) = (path, vocabulary)
    outputShape = inputShape + [vocabulary]
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable { x.oneHot(vocabulary: vocabulary) }
}

extension OneHot {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "one_hot",
        "A vector of zeros with a one at the token's index, for each token; the first layer of a model of tokens.",
        settings: Settings(),
        examples: [LayerExample(.oneHot, on: [5], vocabulary: 7)])
    ]

    package var readsTokens: Bool { true }

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requireTokens()
      guard let vocabulary = builder.vocabulary else {
        throw context.error("the number of different tokens is not known", hint: "it goes with data of tokens")
      }
      return OneHot(path: context.path, inputShape: context.inputShape, vocabulary: vocabulary)
    }
  }
}

extension LayerSpecification {
  /// A unit vector for each token of a sequence.
  public static var oneHot: Self { Self(OneHot.Settings()) }
}
