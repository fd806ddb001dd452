import Autograd

/// Settings common to the blocks of one transformer.
struct TransformerSettings {
  var time: Int
  var width: Int
  var heads: Int
  var isCausal = true
  var dropout = 0.0
  /// Of the attention's probabilities.
  var attentionDropout = 0.0
  /// Of the last block's branches; the first block's is 0.
  var stochasticDepth = 0.0
  var mlp = GPT.FeedForward.geluTanh
  var bias = true
  var rotary: RotaryTable?
  var names = TransformerNames.gpt
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

/// Names of a block's parts in files.
struct TransformerNames: Sendable {
  var attentionNorm: String
  var packedProjection: String
  var attentionOutput: String
  var feedForwardNorm: String
  var inner: String
  var gate: String
  var output: String

  /// GPT-2's.
  static let gpt = TransformerNames(
    attentionNorm: "ln_1", packedProjection: "c_attn", attentionOutput: "c_proj", feedForwardNorm: "ln_2",
    inner: "c_fc", gate: "c_gate", output: "c_proj")
  /// Of the vision transformers in timm.
  static let timm = TransformerNames(
    attentionNorm: "norm1", packedProjection: "qkv", attentionOutput: "proj", feedForwardNorm: "norm2",
    inner: "fc1", gate: "fc1_g", output: "fc2")
}
