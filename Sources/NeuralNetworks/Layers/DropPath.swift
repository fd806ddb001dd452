import Autograd
import Configuration
import Tensors

/// Sets whole samples to zero with probability `rate` in training and scales the others by 1 / (1 − rate): after the body of a
/// residual layer, this is stochastic depth (Huang et al., 2016). The identity in evaluation; input and output have one shape.
///
/// Draws are keyed by the sample's position in the global batch, so shards and workers do not change them.
public final class DropPath: PartwiseLayer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let rate: Double
  private let ordinal: UInt32

  init(path: String, name: String, inputShape: [Int], rate: Double, builder: ModelBuilder) {
    (self.path, self.name, self.outputShape, self.rate) = (path, name, inputShape, rate)
    ordinal = builder.takeOrdinal()
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    guard pass.mode == .training, rate > 0 else { return x }
    return x.droppingSamples(rate: rate, key: pass.dropoutKey(ordinal))
  }
}

extension DropPath {
  package struct Settings: LayerSettings {
    var rate = 0.1

    package static let forms = [
      LayerForm(
        "drop_path",
        "Sets whole samples to zero in training and scales the rest up: at the end of a residual layer's body, stochastic "
          + "depth (Huang et al., 2016).",
        shorthand: "rate", template: Settings(),
        fields: [Field("rate", \.rate, .share, "Share of samples that become zero.")],
        examples: [LayerExample(.dropPath(rate: 0.3), on: [5, 7, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requireShare(rate, "the rate")
      return DropPath(path: context.path, name: kind, inputShape: context.inputShape, rate: rate, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Sets whole samples to zero with probability `rate` in training.
  public static func dropPath(rate: Double) -> Self { Self(DropPath.Settings(rate: rate)) }
}
