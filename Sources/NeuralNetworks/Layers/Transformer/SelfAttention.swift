import Autograd
import Tensors

/// Multi-head attention of a sequence to itself (Vaswani et al., 2017, section 3.2).
///
/// Input and output `[batch, time, width]`. `c_attn` makes queries, keys and values in one product, `c_proj` joins the heads;
/// the names are GPT-2's, the layouts those of PyTorch's linear layers. Dropout acts on
/// the output, and on the probabilities where asked.
public final class SelfAttention: Layer {
  public let path: String
  public let name = "self_attention"
  public let outputShape: [Int]
  public let heads: Int
  public let isCausal: Bool
  private let projection: Linear
  private let output: Linear
  private let dropout: Dropout
  private let rotary: RotaryTable?
  private let attentionDropout: AttentionDropoutDraws
  /// Place of this layer's keys and values in a cache.
  private let index: Int

  init(path: String, index: Int, settings: TransformerSettings, builder: ModelBuilder) {
    (self.path, self.index, outputShape, rotary) = (path, index, settings.shape, settings.rotary)
    (heads, isCausal) = (settings.heads, settings.isCausal)
    projection = Linear(
      path: "\(path).\(settings.names.packedProjection)", inputShape: settings.shape, outputs: 3 * settings.width,
      bias: settings.bias,
      initializer: settings.initializer, builder: builder)
    output = Linear(
      path: "\(path).\(settings.names.attentionOutput)", inputShape: settings.shape, outputs: settings.width,
      bias: settings.bias,
      initializer: settings.residualInitializer, builder: builder)
    dropout = Dropout(
      path: path + ".resid_dropout", inputShape: settings.shape, rate: settings.dropout, builder: builder)
    attentionDropout = AttentionDropoutDraws(rate: settings.attentionDropout, builder: builder)
  }

  public var children: [any Layer] { [projection, output, dropout] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let packed = try projection(parts, pass)
    return try dropout(output(pass.each(packed, attended), pass), pass)
  }

  /// The heads' outputs beside each other, of packed queries, keys and values.
  private func attended(_ packed: Variable, _ pass: ForwardPass) -> Variable {
    var packed = packed
    let position = pass.attentionCache?.position ?? 0
    if let rotary { packed = packed.rotated(by: rotary, heads: heads, from: position) }
    if let cache = pass.attentionCache {
      return pass.tape.input(cache.attend(packed.value, layer: index, heads: heads, causal: isCausal))
    }
    return packed.selfAttention(
      heads: heads, causal: isCausal, lengths: pass.lengths, dropout: attentionDropout.draws(for: pass))
  }
}
