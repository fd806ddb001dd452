import Autograd

/// A unit vector for each token: input `[batch, time]`, numbers of tokens, output `[batch, time, vocabulary]`.
public final class OneHot: Layer {
  public let path: String
  public let name = "one_hot"
  public let outputShape: [Int]
  private let vocabulary: Int

  init(path: String, inputShape: [Int], vocabulary: Int) {
    (self.path, self.vocabulary) = (path, vocabulary)
    outputShape = inputShape + [vocabulary]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable { x.oneHot(vocabulary: vocabulary) }
}
