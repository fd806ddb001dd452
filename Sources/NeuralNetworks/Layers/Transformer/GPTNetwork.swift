import Autograd
import Tensors

/// A decoder-only transformer over tokens (Radford et al., 2019): input `[batch, time]`, numbers of tokens, output
/// `[batch, time, vocabulary]`, the scores of the token that follows each.
///
/// Parameters carry nanoGPT's names: `transformer.wte`, `wpe`, `h.0.ln_1`, `h.0.attn.c_attn`, …, `ln_f`, and `lm_head`
/// unless the output's weight is the embedding's.
public final class GPTNetwork: Layer {
  public let path = "transformer"
  public let name = "gpt"
  public let outputShape: [Int]
  public let specification: GPT
  private let tokens: Embedding
  private let learnedPositions: Parameter?
  private let fixedPositions: Tensor?
  private let dropout: Dropout
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm
  private let head: Linear?

  /// - Parameter inputShape: `[time]`, at most the context.
  init(_ specification: GPT, vocabulary: Int, inputShape: [Int], builder: ModelBuilder) {
    let (width, context, dtype) = (specification.width, specification.context, builder.store.dtype)
    self.specification = specification
    outputShape = [inputShape[0], vocabulary]
    tokens = Embedding(
      path: path + ".wte", inputShape: inputShape, vocabulary: vocabulary, width: width, standardDeviation: 0.02,
      builder: builder)
    let isLearned = specification.positions == .learned
    learnedPositions =
      isLearned
      ? builder.parameter(
        path + ".wpe.weight", shape: [context, width], role: .position,
        initially: .drawn(.normal(standardDeviation: 0.02), fanIn: context, fanOut: width)) : nil
    fixedPositions =
      specification.positions == .sinusoidal
      ? Tensor.sinusoidalPositions(context, width: width, dtype: dtype, pool: StoragePool()) : nil
    var settings = TransformerSettings(
      time: inputShape[0], width: width, heads: specification.heads, blocks: specification.blocks)
    (settings.dropout, settings.mlp, settings.bias) =
      (specification.dropout, specification.mlp, specification.bias)
    settings.attentionDropout = specification.attentionDropout
    if specification.positions == .rotary {
      settings.rotary = RotaryTable(
        positions: context, size: width / specification.heads, dtype: dtype, pool: StoragePool())
    }
    dropout = Dropout(path: path + ".drop", inputShape: settings.shape, rate: specification.dropout, builder: builder)
    blocks = (0..<specification.blocks).map { index in
      TransformerBlock(path: "transformer.h.\(index)", index: index, settings: settings, builder: builder)
    }
    norm = LayerNorm(path: path + ".ln_f", inputShape: settings.shape, bias: specification.bias, builder: builder)
    head =
      specification.tieEmbeddings
      ? nil
      : Linear(
        path: "lm_head", inputShape: settings.shape, outputs: vocabulary, bias: false,
        initializer: settings.initializer, builder: builder)
  }

  public var parameters: [Parameter] { learnedPositions.map { [$0] } ?? [] }
  public var children: [any Layer] { [tokens, dropout] + blocks + [norm] + (head.map { [$0] } ?? []) }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    var hidden = pass.each(try tokens(parts, pass), placed)
    hidden = try dropout(hidden, pass)
    for block in blocks { hidden = try block(hidden, pass) }
    hidden = try norm(hidden, pass)
    for (x, part) in zip(parts, pass.parts) { part.attentionCache?.advance(by: x.shape[1]) }
    if let head { return try head(hidden, pass) }
    return pass.each(hidden) { $0.linear(weight: $1.tape.parameter(tokens.weight), bias: nil) }
  }

  /// The tokens' vectors with their positions.
  private func placed(_ tokens: Variable, _ pass: ForwardPass) -> Variable {
    let position = pass.attentionCache?.position ?? 0
    if let learnedPositions {
      return tokens.addingPositions(pass.tape.parameter(learnedPositions), from: position)
    }
    guard let fixedPositions else { return tokens }
    // Vaswani et al., 2017, section 3.4: else the positions would drown the tokens.
    return tokens.scaled(by: Double(specification.width).squareRoot())
      .addingPositions(pass.tape.input(fixedPositions), from: position)
  }
}

extension GPTNetwork {
  /// A whole transformer over tokens; it has no word in lists of layers.
  struct Settings: LayerSettings {
    var gpt: GPT
    var vocabulary: Int

    static var forms: [LayerForm] { [] }
    var kind: String { "gpt" }
    var readsTokens: Bool { true }

    var timeDependence: TimeDependence { .cachedContext }

    func layer(
      at place: LayerPlace, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      guard place.inputShape.count == 1 else {
        throw place.error(
          "requires tokens [time], but gets \(describe(place.inputShape))", hint: "give it data of tokens")
      }
      guard place.isFirst else {
        throw place.error("stands behind other layers", hint: "make it the whole model")
      }
      try place.requirePositive(gpt.blocks, "the number of blocks")
      try place.requirePositive(gpt.heads, "the number of heads")
      try place.requirePositive(vocabulary, "the vocabulary")
      let (width, heads) = (gpt.width, gpt.heads)
      guard width > 0, width % heads == 0 else {
        throw place.error("\(heads) heads do not divide a width of \(width)", hint: "use a multiple of the heads")
      }
      guard gpt.positions != .rotary || (width / heads) % 2 == 0 else {
        throw place.error(
          "rotary positions turn pairs, but a head has \(width / heads) elements", hint: "use an even number")
      }
      guard place.inputShape[0] <= gpt.context else {
        throw place.error(
          "has a context of \(gpt.context), but gets sequences of \(place.inputShape[0])",
          hint: "raise context, or cut the data into shorter sequences")
      }
      try place.requireCount(of: [gpt.blocks, 4 * width, width], "has weights of")
      try place.requireCount(of: [max(vocabulary, gpt.context), width], "has a weight of")
      return GPTNetwork(gpt, vocabulary: vocabulary, inputShape: place.inputShape, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// A whole transformer over tokens.
  public static func gpt(_ gpt: GPT, vocabulary: Int) -> Self {
    Self(GPTNetwork.Settings(gpt: gpt, vocabulary: vocabulary))
  }
}
