import Autograd
import Tensors

/// A learned vector for each token: input `[batch, time]`, numbers of tokens, output `[batch, time, width]`.
///
/// `weight` is `[vocabulary, width]`, as in PyTorch, drawn from a normal distribution.
public final class Embedding: Layer {
  public let path: String
  public let name = "embedding"
  public let outputShape: [Int]
  public let weight: Parameter

  init(
    path: String, inputShape: [Int], vocabulary: Int, width: Int, standardDeviation: Double, builder: ModelBuilder
  ) {
    self.path = path
    outputShape = inputShape + [width]
    weight = builder.parameter(
      path + ".weight", shape: [vocabulary, width], role: .weight,
      initially: .drawn(.normal(standardDeviation: standardDeviation), fanIn: vocabulary, fanOut: width))
  }

  public var parameters: [Parameter] { [weight] }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.embedding(weight: pass.tape.parameter(weight))
  }
}
