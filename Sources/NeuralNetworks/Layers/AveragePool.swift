import Autograd
import Tensors

/// The mean of each window.
///
/// Input `[batch, height, width, channels]`, output `[batch, height', width', channels]`. Explicit padding counts as
/// zeros (PyTorch's default); padding `same` does not count (TensorFlow's).
public final class AveragePool: Layer {
  public let path: String
  public let name = "average_pool"
  public let outputShape: [Int]
  private let window: PoolingWindow
  private let countsPadding: Bool

  init(path: String, inputShape: [Int], window: PoolingWindow, countsPadding: Bool) {
    self.path = path
    self.window = window
    self.countsPadding = countsPadding
    outputShape = window.outputSize(height: inputShape[0], width: inputShape[1]) + [inputShape[2]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.averagePool(window, countingPadding: countsPadding)
  }
}
