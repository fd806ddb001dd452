import Autograd
import Tensors

/// The mean of each channel over the whole image: input `[batch, height, width, channels]`, output `[batch, channels]`.
public final class GlobalAveragePool: Layer {
  public let path: String
  public let name = "global_average_pool"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[2]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable { x.globalAveragePool() }
}
