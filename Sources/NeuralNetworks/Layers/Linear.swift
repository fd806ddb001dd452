import Autograd
import Tensors

/// A fully connected layer: y = x·Wᵀ + b.
///
/// Input `[batch, inputs]` or `[batch, time, inputs]`, output `[batch, outputs]` or `[batch, time, outputs]`; `weight`
/// `[outputs, inputs]` and `bias` `[outputs]`, as in PyTorch.
public final class Linear: ActivationFusing {
  public let path: String
  public let name = "linear"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  private var fused: Activation?

  public init(
    path: String, inputShape: [Int], outputs: Int, bias: Bool, initializer: Initializer, builder: ModelBuilder
  ) {
    let inputs = inputShape[inputShape.count - 1]
    self.path = path
    outputShape = inputShape.dropLast() + [outputs]
    weight = builder.parameter(
      path + ".weight", shape: [outputs, inputs], role: .weight,
      initially: .drawn(initializer, fanIn: inputs, fanOut: outputs))
    self.bias = bias ? builder.parameter(path + ".bias", shape: [outputs], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  func fuse(_ activation: Activation) -> Bool {
    guard fused == nil, activation.isDifferentiableFromOutput else { return false }
    fused = activation
    return true
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    callAsFunction(x, pass, activation: pass.fusesLayers ? fused : nil)
  }

  /// With an activation behind it.
  func callAsFunction(_ x: Variable, _ pass: ForwardPass, activation: Activation?) -> Variable {
    x.linear(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), activation: activation)
  }
}
