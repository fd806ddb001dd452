import Autograd
import Configuration

/// A decoder-only transformer over tokens (GPT; Radford et al., 2018 and 2019): embedding, blocks of causal attention and a
/// row-wise MLP, each normalised in front, a last normalisation, and scores of the next token.
public struct GPT: Architecture {
  /// How the model knows where a token stands.
  public enum Positions: String, Sendable, CaseIterable {
    case learned
    /// Vaswani et al., 2017.
    case sinusoidal
    /// Su et al., 2021.
    case rotary
    case none
  }

  /// Activation between the linear layers behind attention.
  public enum FeedForward: String, Sendable, CaseIterable {
    case gelu
    case geluTanh = "gelu_tanh"
    case relu
    /// Gated (Shazeer, 2020).
    case swiglu

    var activation: Activation? {
      switch self {
      case .gelu: .gelu
      case .geluTanh: .geluTanh
      case .relu: .relu
      case .swiglu: nil
      }
    }
  }

  /// Number of blocks.
  public var blocks: Int
  /// Attention heads a block; they divide the width.
  public var heads: Int
  /// Elements of the vector of each token.
  public var width: Int
  /// Longest sequence, in tokens.
  public var context: Int
  /// Share of the embedding's and of every branch's outputs that training sets to zero.
  public var dropout = 0.0
  /// Share of the attention's probabilities that training sets to zero.
  public var attentionDropout = 0.0
  public var positions = Positions.learned
  public var mlp = FeedForward.geluTanh
  /// Whether the output's weight is the embedding's (Press and Wolf, 2017).
  public var tieEmbeddings = true
  /// Whether linear layers and normalisations have biases.
  public var bias = true

  public init(blocks: Int, heads: Int, width: Int, context: Int) {
    (self.blocks, self.heads, self.width, self.context) = (blocks, heads, width, context)
  }
}

extension GPT {
  package static let form = ArchitectureForm(
    "gpt", "a decoder-only transformer over tokens (Radford et al., 2019)",
    template: GPT(blocks: 6, heads: 6, width: 384, context: 256),
    fields: [
      Field("blocks", \.blocks, .depth, "Number of blocks."),
      Field("heads", \.heads, .size(), "Attention heads a block; they divide the width."),
      Field("width", \.width, .size(), "Elements of the vector of each token."),
      Field("context", \.context, .size(), "Longest sequence, in tokens."),
      Field(
        "dropout", \.dropout, .share, "Share of the embedding's and of every branch's outputs that is set to zero."),
      Field(
        "attention_dropout", \.attentionDropout, .share,
        "Share of the attention's probabilities that is set to zero in training."),
      Field(
        "positions", \.positions, .word(),
        "How the model knows where a token stands; `rotary` turns queries and keys (Su et al., 2021)."),
      Field(
        "mlp", \.mlp, .word(),
        "Between the linear layers behind attention; `swiglu` is gated (Shazeer, 2020), with 8/3 of the width inside "
          + "instead of 4 times."),
      Field("tie_embeddings", \.tieEmbeddings, .truth, "The output's weight is the embedding's."),
      Field("bias", \.bias, .truth, "Linear layers and normalisations have biases."),
    ],
    example: GPT(blocks: 2, heads: 3, width: 6, context: 7), on: [5])

  package var input: ArchitectureInput { .tokens }
  package var isLanguageModel: Bool { true }

  package func layers(inputShape: [Int], outputs: Int) -> [LayerSpecification] {
    [.gpt(self, vocabulary: outputs)]
  }
}

extension ModelSpecification {
  /// A decoder-only transformer over tokens.
  public static func gpt(_ settings: GPT) -> Self { Self(settings) }
}
