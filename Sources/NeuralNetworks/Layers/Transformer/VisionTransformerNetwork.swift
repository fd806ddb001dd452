import Autograd
import Tensors

/// A vision transformer (Dosovitskiy et al., 2021): input `[batch, height, width, channels]`, output `[batch,
/// outputs]`.
///
/// Parameters carry timm's names: `patch_embed.proj`, `cls_token`, `pos_embed`, `blocks.0.norm1`,
/// `blocks.0.attn.qkv`, …, `norm`, `head`. Not timm's are those of a stem of convolutions, `patch_embed.0`, …, and of a
/// SwiGLU: `fc1` is timm's `fc1_x`.
public final class VisionTransformerNetwork: Layer {
  public let path = "vit"
  public let name = "vit"
  public let outputShape: [Int]
  private let stem: Sequential
  /// `[1, 1, width]`
  private let classToken: Parameter?
  /// `[1, places, width]`
  private let positions: Parameter
  private let dropout: Dropout
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm
  private let head: Linear

  /// - Parameter stem: Gives an image with a pixel a patch.
  init(_ specification: VisionTransformer, stem: Sequential, outputs: Int, builder: ModelBuilder) {
    let (width, image) = (specification.width, stem.outputShape)
    let hasToken = specification.pooling == .classToken
    let places = image[0] * image[1] + (hasToken ? 1 : 0)
    let drawn = InitialValue.drawn(.normal(standardDeviation: 0.02), fanIn: places, fanOut: width)
    self.stem = stem
    outputShape = [outputs]
    classToken =
      hasToken ? builder.parameter("cls_token", shape: [1, 1, width], role: .weight, initially: drawn) : nil
    positions = builder.parameter("pos_embed", shape: [1, places, width], role: .weight, initially: drawn)
    var settings = TransformerSettings(
      time: places, width: width, heads: specification.heads, blocks: specification.blocks)
    (settings.isCausal, settings.names) = (false, .timm)
    (settings.dropout, settings.stochasticDepth) = (specification.dropout, specification.stochasticDepth)
    settings.attentionDropout = specification.attentionDropout
    (settings.mlp, settings.bias) = (specification.mlp, specification.bias)
    dropout = Dropout(path: "pos_drop", inputShape: settings.shape, rate: specification.dropout, builder: builder)
    blocks = (0..<specification.blocks).map { index in
      TransformerBlock(path: "blocks.\(index)", index: index, settings: settings, builder: builder)
    }
    norm = LayerNorm(path: "norm", inputShape: settings.shape, bias: specification.bias, builder: builder)
    head = Linear(
      path: "head", inputShape: [width], outputs: outputs, bias: true, initializer: .zeros, builder: builder)
  }

  public var parameters: [Parameter] { (classToken.map { [$0] } ?? []) + [positions] }
  public var children: [any Layer] { stem.layers + [dropout] + blocks + [norm, head] }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let width = positions.shape[2]
    var hidden = stem(x, pass).reshaped([x.shape[0], -1, width])
    if let classToken { hidden = hidden.prepending(pass.tape.parameter(classToken)) }
    hidden = hidden.addingPositions(pass.tape.parameter(positions).reshaped([-1, width]))
    hidden = dropout(hidden, pass)
    for block in blocks {
      hidden = block(hidden, pass)
      pass.observer?(block.path, hidden.value)
    }
    hidden = norm(hidden, pass)
    pass.observer?(norm.path, hidden.value)
    return head(classToken == nil ? hidden.meanOverTime() : hidden.firstPlace(), pass)
  }
}
