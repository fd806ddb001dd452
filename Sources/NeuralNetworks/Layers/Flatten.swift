import Autograd
import Tensors

/// Makes a vector of each image: input `[batch, height, width, channels]`, output `[batch, channels·height·width]`.
///
/// Features come out channel by channel, though images lie channels-last here: that is PyTorch's order, so the weight of a
/// linear layer behind is exchangeable with PyTorch's.
public final class Flatten: Layer {
  public let path: String
  public let name = "flatten"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape.reduce(1, *)]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.shape.count == 4 ? x.flattenedChannelsFirst() : x.reshaped([x.shape[0], -1])
  }
}
