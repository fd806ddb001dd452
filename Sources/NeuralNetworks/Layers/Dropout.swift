import Autograd
import Configuration
import Tensors

/// Zeroes each value with probability `rate` in training and scales the others by 1 / (1 − rate) (Srivastava et al., 2014);
/// the identity in evaluation. Input and output have one shape.
///
/// Draws are keyed by the sample's position in the global batch, so shards and workers do not change them.
public final class Dropout: PartwiseLayer {
  public let path: String
  public let name = "dropout"
  public let outputShape: [Int]
  public let rate: Double
  private let ordinal: UInt32

  init(path: String, inputShape: [Int], rate: Double, builder: ModelBuilder) {
    (self.path, self.outputShape, self.rate) = (path, inputShape, rate)
    ordinal = builder.takeOrdinal()
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    guard pass.mode == .training, rate > 0 else { return x }
    return x.dropout(rate: rate, key: pass.dropoutKey(ordinal))
  }
}

extension Dropout {
  package struct Settings: LayerSettings {
    var rate = 0.5

    package static let forms = [
      LayerForm(
        "dropout", "Sets a share of the values to zero in training and scales the rest up.", shorthand: "rate",
        template: Settings(), fields: [Field("rate", \.rate, .share, "Share of values that become zero.")],
        examples: [LayerExample(.dropout(rate: 0.3), on: [5, 7, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requireShare(rate, "the rate")
      return Dropout(path: context.path, inputShape: context.inputShape, rate: rate, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Zeroes each value with probability `rate` in training.
  public static func dropout(rate: Double) -> Self { Self(Dropout.Settings(rate: rate)) }
}
