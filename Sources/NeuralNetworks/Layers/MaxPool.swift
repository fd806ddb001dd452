import Autograd
import Tensors

/// The largest value in each window.
///
/// Input `[batch, height, width, channels]`, output `[batch, height', width', channels]`; padding never wins.
public final class MaxPool: Layer {
  public let path: String
  public let name = "max_pool"
  public let outputShape: [Int]
  private let window: PoolingWindow

  init(path: String, inputShape: [Int], window: PoolingWindow) {
    self.path = path
    self.window = window
    outputShape = window.outputSize(height: inputShape[0], width: inputShape[1]) + [inputShape[2]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable { x.maxPool(window) }
}
