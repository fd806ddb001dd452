import Autograd
import Configuration

/// A decoder-only transformer over tokens (GPT; Radford et al., 2018 and 2019): embedding, blocks of causal attention and an
/// MLP, each with a normalisation before it, a last normalisation, and scores of the next token.
public struct GPT: Architecture {
  /// Encoding of the tokens' positions.
  public enum Positions: String, Sendable, CaseIterable {
    case learned
    /// Vaswani et al., 2017.
    case sinusoidal
    /// Su et al., 2021.
    case rotary
    case none
  }

  /// Number of blocks.
  public var blocks: Int
  /// Number of attention heads of a block, a divisor of the width.
  public var heads: Int
  /// Number of elements of a token's vector.
  public var width: Int
  /// Longest sequence, in tokens.
  public var context: Int
  /// Dropout rate of the embedding's and of every branch's outputs.
  public var dropout = 0.0
  /// Dropout rate of the attention probabilities.
  public var attentionDropout = 0.0
  public var positions = Positions.learned
  public var mlp = FeedForward.Kind.geluTanh
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
      Field("heads", \.heads, .size(), "Attention heads of a block; they divide the width."),
      Field("width", \.width, .size(), "Elements of a token's vector."),
      Field("context", \.context, .size(), "Longest sequence, in tokens."),
      Field(
        "dropout", \.dropout, .share, "Dropout rate of the embedding's and of every branch's outputs."),
      Field(
        "attention_dropout", \.attentionDropout, .share,
        "Dropout rate of the attention probabilities."),
      Field(
        "positions", \.positions, .word(),
        "Encoding of the tokens' positions; `rotary` rotates queries and keys (Su et al., 2021)."),
      Field("mlp", \.mlp, .word(), FeedForward.Kind.meaning),
      Field("tie_embeddings", \.tieEmbeddings, .truth, "Uses the embedding's weight for the output too."),
      Field("bias", \.bias, .truth, "Linear layers and normalisations have biases."),
    ],
    example: example, on: [5])

  private static var example: GPT {
    var example = GPT(blocks: 2, heads: 3, width: 6, context: 29)
    example.tieEmbeddings = false
    return example
  }

  package var input: ArchitectureInput { .tokens }
  package var isLanguageModel: Bool { true }

  /// Parameters carry nanoGPT's names: `transformer.wte`, `wpe`, `h.0.ln_1`, `h.0.attn.c_attn`, …, `ln_f`, and `lm_head` unless
  /// the output's weight is the embedding's.
  package func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    guard context.inputShape.count == 1 else {
      throw context.error(
        "requires tokens [time], but gets \(describe(context.inputShape))", hint: "give it data of tokens")
    }
    try context.requirePositive(blocks, "the number of blocks")
    try context.requirePositive(heads, "the number of heads")
    guard width > 0, width % heads == 0 else {
      throw context.error("\(heads) heads do not divide a width of \(width)", hint: "use a multiple of the heads")
    }
    guard context.inputShape[0] <= self.context else {
      throw context.error(
        "has a context of \(self.context), but gets sequences of \(context.inputShape[0])",
        hint: "raise context, or cut the data into shorter sequences")
    }
    var norm = LayerNorm.Settings()
    norm.bias = bias
    let embedding = Embedding.Settings(width: width, standardDeviation: 0.02)
    let trunk: [LayerSpecification] =
      [.embedding(embedding).named("wte")] + positionLayers
      + [
        .dropout(rate: dropout).named("drop"),
        .sequential(Array(repeating: .transformerBlock(block), count: blocks)).named("h"),
        .layerNorm(norm).named("ln_f"),
      ]
    let head: LayerSpecification =
      tieEmbeddings
      ? LayerSpecification(TiedLinear.Settings(embedding: "transformer.wte", outputs: outputs))
      : .linear(outputs: outputs, bias: false, initializer: .normal(standardDeviation: 0.02))
    return [.sequential(trunk).named("transformer"), head.named("lm_head")]
  }

  private var positionLayers: [LayerSpecification] {
    let vectors: NeuralNetworks.Positions.Settings.Vectors
    switch positions {
    case .learned: vectors = .learned
    case .sinusoidal: vectors = .sinusoidal
    case .rotary, .none: return []
    }
    var settings = NeuralNetworks.Positions.Settings(vectors)
    (settings.context, settings.scalesInput) = (context, vectors == .sinusoidal)
    return [.positions(settings).named("wpe")]
  }

  private var block: TransformerBlock.Settings {
    var block = TransformerBlock.Settings(heads: heads)
    (block.causal, block.mlp, block.bias, block.depth) = (true, mlp, bias, blocks)
    (block.dropout, block.attentionDropout) = (dropout, attentionDropout)
    (block.positions, block.context) = (positions == .rotary ? .rotary : .none, context)
    return block
  }
}

extension ModelSpecification {
  /// A decoder-only transformer over tokens.
  public static func gpt(_ settings: GPT) -> Self { Self(settings) }
}
