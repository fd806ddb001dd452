import Autograd
import Configuration
import Tensors

/// Multi-head attention of a sequence to itself (Vaswani et al., 2017, section 3.2).
///
/// Input and output `[batch, time, channels]`. One linear layer makes queries, keys and values, `[3 · channels, channels]`, another
/// joins the heads, `[channels, channels]`. In a list their parameters have the names of PyTorch's `MultiheadAttention`,
/// `in_proj_weight`, `in_proj_bias`, `out_proj.weight`, `out_proj.bias`, and the same initial values, except `out_proj.weight`: uniform
/// in ±√(3 / channels), a variance of 1 / channels (PyTorch: ±1 / √channels). If samples have lengths, padding is
/// masked. In generation, keys and values of earlier time steps come from the pass's cache.
public final class SelfAttention: Layer {
  public let path: String
  public let name = "self_attention"
  public let outputShape: [Int]
  public let heads: Int
  public let isCausal: Bool
  private let projection: Linear
  private let output: Linear
  private let outputDropout: Dropout?
  private let rotary: SharedRotaryTable?
  private let dropout: AttentionDropoutDraws
  private let cacheIndex: Int

  fileprivate init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let channels = inputShape[1]
    (self.path, outputShape) = (path, inputShape)
    (heads, isCausal) = (settings.heads, settings.causal)
    projection = Linear(
      path: "\(path).\(settings.names.projection)", nameSeparator: settings.names.projectionSeparator,
      inputShape: inputShape, outputs: 3 * channels, bias: settings.bias, initializer: settings.initializer,
      builder: builder)
    output = Linear(
      path: "\(path).\(settings.names.output)", inputShape: inputShape, outputs: channels, bias: settings.bias,
      initializer: settings.outputInitializer, builder: builder)
    outputDropout = settings.outputDropout.map {
      Dropout(path: path + ".resid_dropout", inputShape: inputShape, rate: $0, builder: builder)
    }
    dropout = AttentionDropoutDraws(rate: settings.dropout, builder: builder)
    rotary =
      settings.positions == .rotary
      ? builder.rotaryTable(positions: settings.context ?? inputShape[0], size: channels / heads) : nil
    cacheIndex = builder.takeCacheIndex()
  }

  public var children: [any Layer] { [projection, output] + (outputDropout.map { [$0] } ?? []) }
  public var spansBatch: Bool { false }
  /// Multiply-adds of queries with keys and of probabilities with values, for all pairs that attention connects.
  public var multiplyAdds: Int {
    let time = outputShape[0]
    // Twice the number of pairs: t(t + 1) if causal, else 2t².
    return isCausal
      ? saturatingProduct(time, time + 1, outputShape[1]) : saturatingProduct(2, time, time, outputShape[1])
  }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let joined = try output(pass.each(try projection(parts, pass), attended), pass)
    return try outputDropout.map { try $0(joined, pass) } ?? joined
  }

  /// The heads' outputs side by side, from packed queries, keys and values.
  private func attended(_ packed: Variable, _ pass: ForwardPass) -> Variable {
    var packed = packed
    let position = pass.attentionCache?.position ?? 0
    if let rotary { packed = packed.rotated(by: rotary.table, heads: heads, from: position) }
    if let cache = pass.attentionCache {
      return pass.tape.input(cache.attend(packed.value, layer: cacheIndex, heads: heads, causal: isCausal))
    }
    return packed.selfAttention(
      heads: heads, causal: isCausal, lengths: pass.lengths, dropout: dropout.draws(for: pass))
  }
}

extension SelfAttention {
  /// Names of the two linear layers in files.
  struct Names: Sendable, Equatable {
    var projection: String
    /// Separator of the projection's name and those of its parameters.
    var projectionSeparator = "."
    var output: String

    static let pytorch = Names(projection: "in_proj", projectionSeparator: "_", output: "out_proj")
  }

  public struct Settings: LayerSettings {
    public enum Positions: String, Sendable, CaseIterable {
      case none
      /// Queries and keys are rotated by their positions (Su et al., 2021).
      case rotary
    }

    public var heads: Int
    public var causal = false
    public var positions = Positions.none
    /// Dropout rate of the attention probabilities.
    public var dropout = 0.0
    public var bias = true

    // Set by a transformer's block; lists of layers have the defaults.
    var names = Names.pytorch
    var initializer = Initializer.xavierUniform
    var outputInitializer = Initializer.lecunUniform
    /// Dropout rate of the outputs; nil omits the dropout layer.
    var outputDropout: Double?
    /// Number of positions in rotary tables; nil means the sequence's.
    var context: Int?

    public init(heads: Int) { self.heads = heads }

    package static let forms = [
      LayerForm(
        "self_attention",
        "Multi-head attention of a sequence to itself (Vaswani et al., 2017); padding is masked. In a transformer's block it "
          + "is in a `residual` after `layer_norm`.",
        shorthand: "heads", template: Settings(heads: 1),
        fields: [
          Field("heads", \.heads, .size(), required: true, "Attention heads; they divide the channels."),
          Field("causal", \.causal, .truth, "Each time step sees itself and earlier ones only."),
          Field(
            "positions", \.positions, .word(),
            "`rotary` rotates queries and keys by their positions (Su et al., 2021); `none` adds no positions."
          ),
          Field(
            "dropout", \.dropout, .share, "Dropout rate of the attention probabilities."),
          Field("bias", \.bias, .truth, "The linear layers around it have biases."),
        ],
        examples: [
          LayerExample(.selfAttention(Settings(heads: 3)), on: [5, 6]),
          LayerExample(.selfAttention(causal), on: [5, 6]),
        ])
    ]

    private static var causal: Settings {
      var settings = Settings(heads: 3)
      (settings.causal, settings.positions, settings.bias) = (true, .rotary, false)
      return settings
    }

    package var timeDependence: TimeDependence { .context }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer { try attention(for: context, in: builder) }

    func attention(for context: LayerContext, in builder: ModelBuilder) throws(ModelError) -> SelfAttention {
      let (time, channels) = try context.requireSequence()
      try context.requirePositive(heads, "the number of heads")
      guard channels % heads == 0 else {
        throw context.error(
          "\(heads) heads do not divide the \(channels) channels of its input \(describe(context.inputShape))",
          hint: "use a number of heads that does")
      }
      guard positions == .none || (channels / heads) % 2 == 0 else {
        throw context.error(
          "rotary positions turn pairs, but a head has \(channels / heads) elements", hint: "use an even number")
      }
      try context.requireShare(dropout, "the dropout")
      guard !builder.predictsTokens || causal else {
        throw context.error("sees the tokens that are to be predicted", hint: "write causal: true")
      }
      try context.requireCount(of: [3 * channels, channels], "has a weight of")
      try context.requireCount(of: [time, 3 * channels], "has queries, keys and values of")
      if positions == .rotary {
        try context.requireCount(of: [self.context ?? time, channels], "has angles for positions of")
      }
      return SelfAttention(path: context.path, inputShape: context.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Multi-head attention of a sequence to itself.
  public static func selfAttention(_ settings: SelfAttention.Settings) -> Self { Self(settings) }
}
