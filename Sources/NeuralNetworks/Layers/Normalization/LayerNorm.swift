import Autograd
import Configuration
import Tensors

/// Layer normalisation (Ba, Kiros and Hinton, 2016): every row of channels is normalised to mean zero and variance one, then scaled and shifted.
///
/// Input and output `[batch, …, channels]`; `weight` and `bias` `[channels]`, as in PyTorch. Training and evaluation are alike.
public final class LayerNorm: PartwiseLayer {
  public let path: String
  public let name = "layer_norm"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  private let epsilon: Double

  public init(path: String, inputShape: [Int], bias: Bool = true, epsilon: Double = 1e-5, builder: ModelBuilder) {
    (self.path, outputShape, self.epsilon) = (path, inputShape, epsilon)
    let channels = [inputShape[inputShape.count - 1]]
    weight = builder.parameter(path + ".weight", shape: channels, role: .normalization, initially: .constant(1))
    self.bias =
      bias
      ? builder.parameter(path + ".bias", shape: channels, role: .normalization, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.layerNormalized(weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), epsilon: epsilon)
  }
}

extension LayerNorm {
  public struct Settings: LayerSettings {
    public var epsilon = 1e-5
    public var bias = true

    public init() {}

    package static let forms = [
      LayerForm(
        "layer_norm", "Normalises the channels of each position, or the features of each sample (Ba et al., 2016).",
        template: Settings(),
        fields: [
          Field("epsilon", \.epsilon, .positive, "Added to the variance."),
          Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
        ],
        examples: [LayerExample(.layerNorm(Settings()), on: [5, 7]), LayerExample(.layerNorm(Settings()), on: [7])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      LayerNorm(path: context.path, inputShape: context.inputShape, bias: bias, epsilon: epsilon, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Layer normalisation.
  public static func layerNorm(_ settings: LayerNorm.Settings) -> Self { Self(settings) }
}
