import Autograd
import Configuration
import Tensors

/// One block of a transformer with pre-normalisation (Xiong et al., 2020):
/// x ← x + attention(ln_1(x)), x ← x + mlp(ln_2(x)). Input and output `[batch, time, channels]`.
///
/// With stochastic depth, training omits each branch for some samples (Huang et al., 2016).
public final class TransformerBlock: Layer {
  public let path: String
  public let name = "transformer_block"
  public let outputShape: [Int]
  private let attentionNorm: LayerNorm
  private let attention: SelfAttention
  private let feedForwardNorm: LayerNorm
  private let feedForward: FeedForward
  /// After attention and after the linear layers; empty without stochastic depth.
  private let dropPaths: [DropPath]

  fileprivate init(_ settings: Settings, for context: LayerContext, builder: ModelBuilder) throws(ModelError) {
    let (shape, names) = (context.inputShape, settings.names)
    (path, outputShape) = (context.path, shape)
    func norm(_ name: String) -> LayerNorm {
      LayerNorm(path: "\(context.path).\(name)", inputShape: shape, bias: settings.bias, builder: builder)
    }
    attentionNorm = norm(names.attentionNorm)
    attention = try settings.attention.attention(for: context.inside("attn", kind: "self_attention"), in: builder)
    feedForwardNorm = norm(names.feedForwardNorm)
    feedForward = try settings.feedForward.feedForward(for: context.inside("mlp", kind: "feed_forward"), in: builder)
    dropPaths =
      settings.dropPath.map { rate in
        (1...2).map {
          DropPath(
            path: "\(context.path).drop_path\($0)", name: "drop_path", inputShape: shape, rate: rate, builder: builder)
        }
      } ?? []
  }

  public var children: [any Layer] { [attentionNorm, attention, feedForwardNorm, feedForward] + dropPaths }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let attended = try added(attention(attentionNorm(parts, pass), pass), 0, to: parts, pass)
    return try added(feedForward(feedForwardNorm(attended, pass), pass), 1, to: attended, pass)
  }

  private func added(
    _ branch: [Variable], _ index: Int, to parts: [Variable], _ pass: JointPass
  ) throws -> [Variable] {
    let kept = dropPaths.isEmpty ? branch : try dropPaths[index](branch, pass)
    return zip(parts, kept).map { $0 + $1 }
  }
}

extension TransformerBlock {
  /// Names of a block's parts in files.
  public enum Names: String, Sendable, CaseIterable {
    /// GPT-2's and nanoGPT's.
    case gpt2
    /// Of the vision transformers in timm.
    case timm

    var attentionNorm: String { self == .gpt2 ? "ln_1" : "norm1" }
    var feedForwardNorm: String { self == .gpt2 ? "ln_2" : "norm2" }

    var attention: SelfAttention.Names {
      self == .gpt2
        ? SelfAttention.Names(projection: "c_attn", output: "c_proj")
        : SelfAttention.Names(projection: "qkv", output: "proj")
    }

    var feedForward: FeedForward.Names {
      self == .gpt2
        ? FeedForward.Names(inner: "c_fc", gate: "c_gate", output: "c_proj")
        : FeedForward.Names(inner: "fc1", gate: "fc1_g", output: "fc2")
    }
  }

  public struct Settings: LayerSettings {
    public var heads: Int
    public var causal = false
    public var positions = SelfAttention.Settings.Positions.none
    public var mlp = FeedForward.Kind.gelu
    /// Dropout rate of each branch's outputs.
    public var dropout = 0.0
    /// Dropout rate of the attention probabilities.
    public var attentionDropout = 0.0
    /// Stochastic depth: rate of each branch; nil for none.
    public var dropPath: Double?
    public var bias = true
    /// Number of blocks in the network, each of which adds two branches to the residual sum.
    public var depth = 1
    public var names = Names.gpt2
    /// Number of positions in rotary tables; nil means the sequence's.
    var context: Int?

    public init(heads: Int) { self.heads = heads }

    package static let forms = [
      LayerForm(
        "transformer_block",
        "x + attention(norm(x)), then x + mlp(norm(x)): one block of a transformer (Xiong et al., 2020).",
        shorthand: "heads", template: Settings(heads: 1),
        fields: [
          Field("heads", \.heads, .size(), required: true, "Attention heads; they divide the channels."),
          Field("causal", \.causal, .truth, "Each time step sees itself and earlier ones only."),
          Field("positions", \.positions, .word(), "As for `self_attention`."),
          Field("mlp", \.mlp, .word(), FeedForward.Kind.meaning),
          Field("dropout", \.dropout, .share, "Dropout rate of each branch's outputs."),
          Field(
            "attention_dropout", \.attentionDropout, .share,
            "Dropout rate of the attention probabilities."),
          Field(
            "drop_path", \.dropPath, Codec.share.optional, defaultText: "none",
            "Share of the samples that each branch leaves out in training (Huang et al., 2016)."),
          Field("bias", \.bias, .truth, "Linear layers and normalisations have biases."),
          Field(
            "depth", \.depth, .depth,
            "Number of blocks in the network: the last linear layer of each branch starts smaller by √(2·depth) (Radford et "
              + "al., 2019)."),
          Field("names", \.names, .word(), "Names of its parts in files: as in GPT-2, or as in timm."),
        ],
        examples: [
          LayerExample(.transformerBlock(Settings(heads: 3)), on: [5, 6]),
          LayerExample(.transformerBlock(gated), on: [5, 6]),
        ])
    ]

    private static var gated: Settings {
      var settings = Settings(heads: 1)
      (settings.causal, settings.positions, settings.mlp, settings.bias) = (true, .rotary, .swiglu, false)
      (settings.dropout, settings.dropPath, settings.names, settings.depth) = (0.2, 0.5, .timm, 3)
      return settings
    }

    package var timeDependence: TimeDependence { attention.timeDependence }

    private static let deviation = 0.02

    /// Scaled down, so that the sum over all branches keeps its magnitude (Radford et al., 2019, section 2.3).
    private var branchInitializer: Initializer {
      .normal(standardDeviation: Self.deviation / Double(2 * depth).squareRoot())
    }

    var attention: SelfAttention.Settings {
      var settings = SelfAttention.Settings(heads: heads)
      (settings.causal, settings.positions, settings.bias) = (causal, positions, bias)
      (settings.dropout, settings.outputDropout, settings.context) = (attentionDropout, dropout, context)
      (settings.names, settings.initializer) = (names.attention, .normal(standardDeviation: Self.deviation))
      settings.outputInitializer = branchInitializer
      return settings
    }

    var feedForward: FeedForward.Settings {
      var settings = FeedForward.Settings(mlp)
      (settings.dropout, settings.bias, settings.names) = (dropout, bias, names.feedForward)
      (settings.initializer, settings.outputInitializer) =
        (.normal(standardDeviation: Self.deviation), branchInitializer)
      return settings
    }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try context.requireSequence()
      return try TransformerBlock(self, for: context, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// One block of a transformer.
  public static func transformerBlock(_ settings: TransformerBlock.Settings) -> Self { Self(settings) }
}
