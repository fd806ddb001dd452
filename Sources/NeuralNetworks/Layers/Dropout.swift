import Autograd
import Tensors

/// Zeroes each value with probability `rate` in training and scales the others by 1 / (1 − rate) (Srivastava et al., 2014);
/// the identity in evaluation. Input and output have one shape.
///
/// Draws are keyed by the sample's place in the global batch, so shards and workers do not change them.
public final class Dropout: Layer {
  public let path: String
  public let name = "dropout"
  public let outputShape: [Int]
  public let rate: Double
  private let ordinal: UInt32

  init(path: String, inputShape: [Int], rate: Double, builder: ModelBuilder) {
    (self.path, self.outputShape, self.rate) = (path, inputShape, rate)
    ordinal = builder.takeOrdinal()
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    guard pass.mode == .training, rate > 0 else { return x }
    let key = DropoutKey(seed: pass.seed, step: pass.step, firstSample: pass.firstSample, layer: ordinal)
    return x.dropout(rate: rate, key: key)
  }
}
