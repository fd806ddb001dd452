/// A decoder-only transformer over tokens (GPT; Radford et al., 2018 and 2019): embedding, blocks of causal attention and a
/// row-wise MLP, each normalised in front, a last normalisation, and scores of the next token.
public struct GPT: Sendable, Equatable {
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
