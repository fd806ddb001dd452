import Autograd
import Tensors

/// An elementwise non-linearity; input and output have one shape.
public final class ActivationLayer: Layer {
  public let path: String
  public let outputShape: [Int]
  public let activation: Activation
  /// The layer in front applies the activation already.
  private let isFused: Bool

  init(path: String, inputShape: [Int], activation: Activation, isFused: Bool) {
    (self.path, self.outputShape, self.activation, self.isFused) = (path, inputShape, activation, isFused)
  }

  public var name: String { activation.name }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    isFused && pass.fusesLayers ? x : x.activated(by: activation)
  }
}
