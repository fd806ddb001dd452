import Autograd

/// Value at each sequence's last place, padding not counted: input `[batch, time, channels]`, output
/// `[batch, channels]`.
public final class LastStep: Layer {
  public let path: String
  public let name = "last_step"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) { (self.path, outputShape) = (path, [inputShape[1]]) }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.lastPlace(lengths: pass.takeLengths())
  }
}
