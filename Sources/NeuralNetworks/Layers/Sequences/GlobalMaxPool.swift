import Autograd

/// The largest value of each channel over a whole image or sequence: input `[batch, height, width, channels]` or
/// `[batch, time, channels]`, output `[batch, channels]`. Padding of a batch of sequences does not count.
public final class GlobalMaxPool: Layer {
  public let path: String
  public let name = "global_max_pool"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[inputShape.count - 1]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.globalMaxPool(lengths: pass.takeLengths())
  }
}
