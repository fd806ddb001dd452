import Autograd
import Tensors

/// Convolution over time (cross-correlation, as everywhere in this field).
///
/// Input `[batch, time, channels]`, output `[batch, time', filters]` with
/// time' = ⌊(time + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. `weight` is here `[filters, kernel, channels /
/// groups]`, in files PyTorch's `[filters, channels / groups, kernel]`; `bias` `[filters]`.
///
/// Padding of a batch counts as zeros, so a sequence gives what it gives alone; one that is shorter than the kernel
/// counts as just long enough, and with padding `same` one that ends inside its last window as going on to its end.
public final class Convolution1D: ActivationFusing {
  public let path: String
  public let name = "conv1d"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  private let window: ConvolutionWindow
  private var fusesReLU = false

  init(
    path: String, inputShape: [Int], filters: Int, window: ConvolutionWindow, bias: Bool, initializer: Initializer,
    builder: ModelBuilder
  ) {
    let channels = inputShape[1] / window.groups
    let kernel = window.kernelWidth
    (self.path, self.window) = (path, window)
    outputShape = [window.outputSize(height: 1, width: inputShape[0])[1], filters]
    weight = builder.parameter(
      path + ".weight", shape: [filters, kernel, channels], role: .weight, layout: .convolution,
      initially: .drawn(initializer, fanIn: kernel * channels, fanOut: kernel * filters / window.groups))
    self.bias = bias ? builder.parameter(path + ".bias", shape: [filters], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  func fuse(_ activation: Activation) -> Bool {
    guard activation == .relu, !fusesReLU else { return false }
    fusesReLU = true
    return true
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    var x = x
    if let lengths = pass.lengths {
      x = x.masked(lengths: lengths)
      pass.lengths = lengths.map(window.outputTime)
    }
    return x.paddedInTime(to: window.inputTime(x.shape[1])).convolution(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), window: window,
      fusingReLU: fusesReLU && pass.fusesLayers)
  }
}
