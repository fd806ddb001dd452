import Autograd
import Configuration
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
  private let settings: Settings
  private let projection: Parameter
  private let projectionBias: Parameter?
  private let output: Linear
  private let rotary: RotaryTable?
  private let dropout: AttentionDropoutDraws

  init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let channels = inputShape[1]
    (self.path, outputShape, self.settings) = (path, inputShape, settings)
    projection = builder.parameter(
      path + ".in_proj_weight", shape: [3 * channels, channels], role: .weight,
      initially: .drawn(.xavierUniform, fanIn: channels, fanOut: 3 * channels))
    projectionBias =
      settings.bias
      ? builder.parameter(path + ".in_proj_bias", shape: [3 * channels], role: .bias, initially: .constant(0)) : nil
    output = Linear(
      path: path + ".out_proj", inputShape: inputShape, outputs: channels, bias: settings.bias,
      initializer: .lecunUniform, builder: builder)
    rotary =
      settings.positions == .rotary
      ? RotaryTable(
        positions: inputShape[0], size: channels / settings.heads, dtype: builder.store.dtype,
        pool: StoragePool()) : nil
    dropout = AttentionDropoutDraws(rate: settings.dropout, builder: builder)
  }

  public var parameters: [Parameter] { [projection] + (projectionBias.map { [$0] } ?? []) }
  public var children: [any Layer] { [output] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    try output(pass.each(parts, attended), pass)
  }

  /// The heads' outputs beside each other.
  private func attended(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let heads = settings.heads
    var packed = x.linear(weight: pass.tape.parameter(projection), bias: projectionBias.map(pass.tape.parameter))
    if let rotary { packed = packed.rotated(by: rotary, heads: heads) }
    return packed.selfAttention(
      heads: heads, causal: settings.causal, lengths: pass.lengths, dropout: dropout.draws(for: pass))
  }
}

extension MultiHeadAttention {
  public struct Settings: LayerSettings {
    public enum Positions: String, Sendable, CaseIterable {
      case none
      /// Queries and keys are turned by their places (Su et al., 2021).
      case rotary
    }

    public var heads: Int
    public var causal = false
    public var positions = Positions.none
    public var dropout = 0.0
    public var bias = true

    public init(heads: Int) { self.heads = heads }

    package static let forms = [
      LayerForm(
        "self_attention",
        "Multi-head attention of a sequence to itself (Vaswani et al., 2017); padding is not seen. A transformer's block "
          + "has it in a `residual` behind `layer_norm`.",
        shorthand: "heads", template: Settings(heads: 1),
        fields: [
          Field("heads", \.heads, .size(), required: true, "Attention heads; they divide the channels."),
          Field("causal", \.causal, .truth, "Each place sees those before it and itself only."),
          Field(
            "positions", \.positions, .word(),
            "`rotary` turns queries and keys by their places (Su et al., 2021); `none` leaves that to other layers."),
          Field(
            "dropout", \.dropout, .share, "Share of the attention's probabilities that is set to zero in training."),
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
      at place: LayerPlace, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (_, channels) = try place.requireSequence()
      try place.requirePositive(heads, "the number of heads")
      guard channels % heads == 0 else {
        throw place.error(
          "\(heads) heads do not divide the \(channels) channels of its input \(describe(place.inputShape))",
          hint: "use a number of heads that does")
      }
      guard positions == .none || (channels / heads) % 2 == 0 else {
        throw place.error(
          "rotary positions turn pairs, but a head has \(channels / heads) elements", hint: "use an even number")
      }
      guard dropout >= 0, dropout < 1 else {
        throw place.error("the dropout is \(dropout)", hint: "it must be at least 0 and below 1")
      }
      guard !builder.predictsTokens || causal else {
        throw place.error("sees the tokens that are to be predicted", hint: "write causal: true")
      }
      try place.requireCount(of: [3 * channels, channels], "has a weight of")
      return MultiHeadAttention(path: place.path, inputShape: place.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Multi-head attention of a sequence to itself.
  public static func selfAttention(_ settings: MultiHeadAttention.Settings) -> Self { Self(settings) }
}
