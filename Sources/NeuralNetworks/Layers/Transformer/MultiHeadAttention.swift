import Autograd
import Tensors

/// Multi-head attention of a sequence to itself (Vaswani et al., 2017, section 3.2), as one layer of a list.
///
/// Input and output `[batch, time, channels]`. Parameters are those of PyTorch's `MultiheadAttention`: `in_proj_weight`
/// `[3 · channels, channels]` (queries, keys, values), `in_proj_bias`, `out_proj.weight` `[channels, channels]`,
/// `out_proj.bias`. They start as PyTorch's do, but for `out_proj.weight`: uniform in ±√(3 / channels), a variance of
/// 1 / channels, where PyTorch has ±1 / √channels. Where samples have lengths, nobody sees what lies behind them.
public final class MultiHeadAttention: Layer {
  public let path: String
  public let name = "self_attention"
  public let outputShape: [Int]
  private let specification: SelfAttentionSpecification
  private let projection: Parameter
  private let projectionBias: Parameter?
  private let output: Linear
  private let rotary: RotaryTable?
  private let dropout: AttentionDropoutDraws

  init(path: String, inputShape: [Int], specification: SelfAttentionSpecification, builder: ModelBuilder) {
    let channels = inputShape[1]
    (self.path, outputShape, self.specification) = (path, inputShape, specification)
    projection = builder.parameter(
      path + ".in_proj_weight", shape: [3 * channels, channels], role: .weight,
      initially: .drawn(.xavierUniform, fanIn: channels, fanOut: 3 * channels))
    projectionBias =
      specification.bias
      ? builder.parameter(path + ".in_proj_bias", shape: [3 * channels], role: .bias, initially: .constant(0)) : nil
    output = Linear(
      path: path + ".out_proj", inputShape: inputShape, outputs: channels, bias: specification.bias,
      initializer: .lecunUniform, builder: builder)
    rotary =
      specification.positions == .rotary
      ? RotaryTable(
        positions: inputShape[0], size: channels / specification.heads, dtype: builder.store.dtype,
        pool: StoragePool()) : nil
    dropout = AttentionDropoutDraws(rate: specification.dropout, builder: builder)
  }

  public var parameters: [Parameter] { [projection] + (projectionBias.map { [$0] } ?? []) }
  public var children: [any Layer] { [output] }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let heads = specification.heads
    var packed = x.linear(weight: pass.tape.parameter(projection), bias: projectionBias.map(pass.tape.parameter))
    if let rotary { packed = packed.rotated(by: rotary, heads: heads) }
    let attended = packed.selfAttention(
      heads: heads, causal: specification.causal, lengths: pass.lengths, dropout: dropout.draws(for: pass))
    return output(attended, pass)
  }
}
