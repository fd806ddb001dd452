import Autograd
import Tensors

/// One block of a transformer, normalised in front of each branch (Xiong et al., 2020):
/// x ← x + attention(ln_1(x)), x ← x + mlp(ln_2(x)). Input and output `[batch, time, width]`.
///
/// With stochastic depth, training leaves each branch out for some samples (Huang et al., 2016).
public final class TransformerBlock: Layer {
  public let path: String
  public let name = "transformer_block"
  public let outputShape: [Int]
  private let attentionNorm: LayerNorm
  private let attention: SelfAttention
  private let feedForwardNorm: LayerNorm
  private let feedForward: FeedForward
  private let dropRate: Double
  private let dropOrdinals: [UInt32]

  init(path: String, index: Int, settings: TransformerSettings, builder: ModelBuilder) {
    (self.path, outputShape) = (path, settings.shape)
    attentionNorm = LayerNorm(
      path: "\(path).\(settings.names.attentionNorm)", inputShape: settings.shape, bias: settings.bias, builder: builder
    )
    attention = SelfAttention(path: path + ".attn", index: index, settings: settings, builder: builder)
    feedForwardNorm = LayerNorm(
      path: "\(path).\(settings.names.feedForwardNorm)", inputShape: settings.shape, bias: settings.bias,
      builder: builder)
    feedForward = FeedForward(path: path + ".mlp", settings: settings, builder: builder)
    // Equation 4 of the paper, with the first block's rate at 0.
    dropRate = settings.stochasticDepth * Double(index) / Double(max(settings.blocks - 1, 1))
    dropOrdinals = settings.stochasticDepth > 0 ? [builder.takeOrdinal(), builder.takeOrdinal()] : []
  }

  public var children: [any Layer] { [attentionNorm, attention, feedForwardNorm, feedForward] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let attended = try added(attention(attentionNorm(parts, pass), pass), 0, to: parts, pass)
    return try added(feedForward(feedForwardNorm(attended, pass), pass), 1, to: attended, pass)
  }

  private func added(_ branch: [Variable], _ index: Int, to parts: [Variable], _ pass: JointPass) -> [Variable] {
    zip(parts, pass.each(branch) { dropped($0, index, $1) }).map { $0 + $1 }
  }

  private func dropped(_ branch: Variable, _ index: Int, _ pass: ForwardPass) -> Variable {
    guard dropRate > 0, pass.mode == .training else { return branch }
    let key = DropoutKey(
      seed: pass.seed, step: pass.step, firstSample: pass.firstSample, layer: dropOrdinals[index])
    return branch.droppingSamples(rate: dropRate, key: key)
  }
}
