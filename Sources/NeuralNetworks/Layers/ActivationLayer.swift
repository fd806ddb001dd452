import Autograd
import Configuration
import Tensors

/// An elementwise non-linearity; input and output have one shape.
public final class ActivationLayer: PartwiseLayer {
  public let path: String
  public let outputShape: [Int]
  public let activation: Activation
  /// The layer in front applies the activation already.
  private let isFused: Bool

  init(path: String, inputShape: [Int], activation: Activation, isFused: Bool) {
    (self.path, self.outputShape, self.activation, self.isFused) = (path, inputShape, activation, isFused)
  }

  public var name: String { activation.name }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    isFused && pass.fusesLayers ? x : x.activated(by: activation)
  }
}

extension ActivationLayer {
  package struct Settings: LayerSettings {
    var activation: Activation

    package var kind: String { activation.name }

    package static let forms: [LayerForm] = Activation.all.map { activation in
      LayerForm(
        activation.name, activation.meaning, shorthand: activation.hasSlope ? "slope" : nil,
        template: Settings(activation: activation),
        fields: activation.hasSlope ? [Field("slope", \.activation.slope, .notNegative, "Slope below zero.")] : [],
        examples: [LayerExample(.activation(activation), on: [5, 7, 3])])
    }

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let isFused = (previous as? any ActivationFusing)?.fuse(activation) ?? false
      return ActivationLayer(
        path: context.path, inputShape: context.inputShape, activation: activation, isFused: isFused)
    }
  }
}

extension LayerSpecification {
  /// An elementwise non-linearity.
  public static func activation(_ activation: Activation) -> Self {
    Self(ActivationLayer.Settings(activation: activation))
  }
}
