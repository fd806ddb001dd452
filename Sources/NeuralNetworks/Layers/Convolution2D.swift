import Autograd
import Tensors

/// Convolution over images (cross-correlation, as everywhere in this field).
///
/// Input `[batch, height, width, channels]`, output `[batch, height', width', filters]` with
/// height' = ⌊(height + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. `weight` is here
/// `[filters, kernel height, kernel width, channels / groups]`, in files PyTorch's
/// `[filters, channels / groups, kernel height, kernel width]`; `bias` `[filters]`.
public final class Convolution2D: ActivationFusing {
  public let path: String
  public let name = "conv"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  public let window: ConvolutionWindow
  private var fusesReLU = false

  public init(
    path: String, inputShape: [Int], filters: Int, window: ConvolutionWindow, bias: Bool, initializer: Initializer,
    builder: ModelBuilder
  ) {
    let channels = inputShape[2] / window.groups
    let area = window.kernelHeight * window.kernelWidth
    self.path = path
    self.window = window
    outputShape = window.outputSize(height: inputShape[0], width: inputShape[1]) + [filters]
    weight = builder.parameter(
      path + ".weight", shape: [filters, window.kernelHeight, window.kernelWidth, channels], role: .weight,
      layout: .convolution,
      initially: .drawn(initializer, fanIn: area * channels, fanOut: area * filters / window.groups))
    self.bias = bias ? builder.parameter(path + ".bias", shape: [filters], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  func fuse(_ activation: Activation) -> Bool {
    guard activation == .relu, !fusesReLU else { return false }
    fusesReLU = true
    return true
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.convolution(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), window: window,
      fusingReLU: fusesReLU && pass.fusesLayers)
  }
}
