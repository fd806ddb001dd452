import Autograd
import Tensors

/// A differentiable function with parameters. Layers know shapes and mathematics; they know nothing of
/// ranks, shards or optimisers.
public protocol Layer: AnyObject {
  /// Dotted path of this layer in its model, `""` for the model itself.
  var path: String { get }

  /// The word that configurations and messages use for this kind of layer.
  var name: String { get }

  /// Shape of one sample's output, for messages and for building the next layer.
  var outputShape: [Int] { get }

  /// The layer's own parameters in declaration order, without those of layers inside it.
  var parameters: [Parameter] { get }

  /// Layers inside this one, in order.
  var children: [any Layer] { get }

  /// Names and widths of the states that the layer passes from one pass to the next: see `RecurrentState`.
  var carriedStates: [(name: String, width: Int)] { get }

  /// Whether the layer itself looks at the whole batch: then all parts of a batch must pass through the model side by
  /// side.
  var spansBatch: Bool { get }

  /// Multiply-adds of the layer's own matrix products, convolutions and attention for one sample, forward. Operations that
  /// cost little for each element (activations, normalisation, pooling) are not counted.
  var multiplyAdds: Int { get }

  /// Computes the outputs `[batch] + outputShape` of several parts of one batch, each `[batch] + inputShape`.
  ///
  /// A layer calls nested layers as functions, so that observers see their outputs.
  ///
  /// - Throws: Errors of an exchange with parts computed elsewhere.
  func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable]
}

extension Layer {
  public var parameters: [Parameter] { [] }
  public var carriedStates: [(name: String, width: Int)] { [] }

  /// Computes the layer's outputs, measures the time, and passes the outputs to observers: the only way to call a layer.
  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    guard let times = pass.layerTimes else { return pass.observed(try forward(parts, pass), of: self) }
    times.enter(self)
    defer { times.leave() }
    return pass.observed(try forward(parts, pass), of: self)
  }
}

/// A layer without nested layers that computes each part of a batch alone, as most do.
public protocol PartwiseLayer: Layer {
  /// Computes the output `[batch] + outputShape` of `x`, `[batch] + inputShape`.
  func forward(_ x: Variable, _ pass: ForwardPass) -> Variable
}

extension PartwiseLayer {
  public var children: [any Layer] { [] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) -> [Variable] { pass.each(parts, forward) }
}

/// A layer that can apply the next layer's activation in the same pass over memory.
protocol ActivationFusing: Layer {
  /// Takes over the activation if it can, and returns whether it did; the activation's own layer then passes values through.
  func fuse(_ activation: Activation) -> Bool
}

/// A layer that can apply a ReLU, and no other activation, in the same pass over memory.
protocol ReLUFusing: ActivationFusing {
  /// Whether the layer applies the ReLU that follows it.
  var fusesReLU: Bool { get set }
}

extension ReLUFusing {
  func fuse(_ activation: Activation) -> Bool {
    guard activation == .relu, !fusesReLU else { return false }
    fusesReLU = true
    return true
  }
}
