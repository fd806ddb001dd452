import Autograd
import Configuration
import Tensors

/// Scales each channel by a learned factor (layer scale; Touvron et al., "Going deeper with image transformers", 2021): input
/// and output `[batch, …, channels]`, `weight` `[channels]`.
public final class ChannelScale: PartwiseLayer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let weight: Parameter

  init(path: String, name: String, inputShape: [Int], initial: Double, builder: ModelBuilder) {
    (self.path, self.name, outputShape) = (path, name, inputShape)
    weight = builder.parameter(
      path + ".weight", shape: inputShape.suffix(1), role: .normalization, initially: .constant(initial))
  }

  public var parameters: [Parameter] { [weight] }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.scalingChannels(by: pass.tape.parameter(weight))
  }
}

extension ChannelScale {
  package struct Settings: LayerSettings {
    var initial = 1e-5

    package static let forms = [
      LayerForm(
        "scale", "Scales each channel by a learned factor (layer scale; Touvron et al., 2021).", shorthand: "initial",
        template: Settings(),
        fields: [Field("initial", \.initial, .positive, "The factors before training.")],
        examples: [
          LayerExample(.scale(initial: 0.5), on: [5, 7, 3]), LayerExample(.scale(initial: 0.5), on: [5]),
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      ChannelScale(path: context.path, name: kind, inputShape: context.inputShape, initial: initial, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// A learned factor for each channel.
  public static func scale(initial: Double = 1e-5) -> Self { Self(ChannelScale.Settings(initial: initial)) }
}
