import Autograd
import DataPipeline
import NeuralNetworks
import Tensors
import Testing

@testable import Training

/// Models that take the places before a new one again.
@Suite struct TextGeneratorTests {
  private static let layers: [LayerSpecification] = {
    var convolution = Convolution1DSpecification(filters: 6, kernel: 5)
    convolution.padding = .causal
    var attention = SelfAttentionSpecification(heads: 2)
    attention.causal = true
    return [
      .embedding(EmbeddingSpecification(width: 4)), .convolution1D(convolution), .activation(.tanh),
      .selfAttention(attention), .linear(outputs: nil, bias: true, initializer: .heNormal),
    ]
  }()
  private static let window = 100

  private func model(_ layers: [LayerSpecification] = layers) throws -> Model {
    let model = try Model(
      layers, inputShape: [Self.window], outputs: 256, vocabulary: 256, predictsTokens: true)
    model.initialize(seed: 4)
    return model
  }

  private func greedy() -> SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = 0
    return settings
  }

  @Test("what stands behind the last token has no effect, past the window too")
  func sameAsExactLengths() throws {
    let model = try model()
    let generator = TextGenerator(model, tokenizer: ByteTokenizer(), window: Self.window, step: 0)
    var written: [UInt8] = []
    try generator.generate(after: "It is", length: 130, settings: greedy()) { written += $0 }
    let context = ExecutionContext()
    for place in [5, 20, 68, 69, 70, 104, 130] {
      let seen = Array(written[..<place].suffix(Self.window))
      let input = Tensor(seen.map { Double($0) }, shape: [1, seen.count], pool: context.pool)
      let tape = Tape(context: context, recording: false)
      let output = model(tape.input(input), ForwardPass(tape: tape, mode: .evaluation)).value
      let scores = output.values.suffix(256)
      #expect(scores.firstIndex(of: scores.max() ?? 0).map { $0 - scores.startIndex } == Int(written[place]))
    }
  }

  @Test("texts of any length take the memory of a few")
  func memory() throws {
    let generator = TextGenerator(try model(), tokenizer: ByteTokenizer(), window: Self.window, step: 0)
    try generator.generate(after: "It is", length: 2, settings: greedy()) { _ in }
    let misses = generator.context.pool.statistics.misses
    try generator.generate(after: "It is", length: 50, settings: greedy()) { _ in }
    #expect(generator.context.pool.statistics.misses == misses)
  }

  @Test("a prompt longer than the window is refused where places are known, else its end is read")
  func longPrompts() throws {
    let prompt = String(repeating: "x", count: Self.window + 1)
    let tooLong = GenerationError.promptTooLong(tokens: Self.window + 1, context: Self.window)
    let positions = [Self.layers[0], .positions(PositionsSpecification()), Self.layers[4]]
    for layers in [Self.layers, positions] {
      let model = try model(layers)
      #expect(throws: tooLong) {
        try TextGenerator.tokens(of: prompt, ByteTokenizer(), for: model, window: Self.window)
      }
    }
    let convolutional = try model([Self.layers[0], Self.layers[1], Self.layers[4]])
    let tokens = try TextGenerator.tokens(of: prompt, ByteTokenizer(), for: convolutional, window: Self.window)
    #expect(tokens.count == Self.window + 1)
  }
}
