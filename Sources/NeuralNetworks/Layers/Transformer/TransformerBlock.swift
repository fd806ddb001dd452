import Autograd
import Tensors

/// One block of a transformer, normalised in front of each branch (Xiong et al., 2020):
/// x ← x + attention(ln_1(x)), x ← x + mlp(ln_2(x)). Input and output `[batch, time, width]`.
public final class TransformerBlock: Layer {
  public let path: String
  public let name = "transformer_block"
  public let outputShape: [Int]
  private let attentionNorm: LayerNorm
  private let attention: SelfAttention
  private let feedForwardNorm: LayerNorm
  private let feedForward: FeedForward

  init(path: String, index: Int, settings: TransformerSettings, builder: ModelBuilder) {
    (self.path, outputShape) = (path, settings.shape)
    attentionNorm = LayerNorm(
      path: path + ".ln_1", inputShape: settings.shape, bias: settings.bias, builder: builder)
    attention = SelfAttention(path: path + ".attn", index: index, settings: settings, builder: builder)
    feedForwardNorm = LayerNorm(
      path: path + ".ln_2", inputShape: settings.shape, bias: settings.bias, builder: builder)
    feedForward = FeedForward(path: path + ".mlp", settings: settings, builder: builder)
  }

  public var children: [any Layer] { [attentionNorm, attention, feedForwardNorm, feedForward] }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let attended = x + attention(attentionNorm(x, pass), pass)
    return attended + feedForward(feedForwardNorm(attended, pass), pass)
  }
}

/// What the blocks of one transformer have in common.
struct TransformerSettings {
  var time: Int
  var width: Int
  var heads: Int
  var isCausal = true
  var dropout = 0.0
  var mlp = GPT.FeedForward.geluTanh
  var bias = true
  var rotary: RotaryTable?
  /// Number of blocks: each adds two branches to what the first layer gave.
  var blocks: Int

  /// Of a sequence between the blocks.
  var shape: [Int] { [time, width] }
  var initializer: Initializer { .normal(standardDeviation: Self.deviation) }
  /// Smaller, so that the sum over all branches keeps its size (Radford et al., 2019, section 2.3).
  var residualInitializer: Initializer {
    .normal(standardDeviation: Self.deviation / Double(2 * blocks).squareRoot())
  }

  private static let deviation = 0.02
}
