import Autograd
import Tensors

/// The mean of each channel over a whole image or sequence: input `[batch, height, width, channels]` or
/// `[batch, time, channels]`, output `[batch, channels]`. Padding of a batch of sequences does not count.
public final class GlobalAveragePool: Layer {
  public let path: String
  public let name = "global_average_pool"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[inputShape.count - 1]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let lengths = pass.takeLengths()
    return x.shape.count == 4 ? x.globalAveragePool() : x.meanOverTime(lengths: lengths)
  }
}
