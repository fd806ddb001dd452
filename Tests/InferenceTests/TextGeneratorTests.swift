import Autograd
import DataPipeline
import NeuralNetworks
import Tensors
import Testing

@testable import Inference

/// Models that take earlier time steps again.
@Suite struct TextGeneratorTests {
  private static let layers: [LayerSpecification] = {
    var convolution = Convolution1D.Settings(filters: 6, kernel: 5)
    convolution.padding = .causal
    var attention = SelfAttention.Settings(heads: 2)
    attention.causal = true
    return [
      .embedding(Embedding.Settings(width: 4)), .convolution1D(convolution), .activation(.tanh),
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

  @Test("padding after the last token has no effect, beyond the window too")
  func sameAsExactLengths() throws {
    let model = try model()
    let generator = TextGenerator(model, tokenizer: ByteTokenizer(), window: Self.window, step: 0)
    var written: [UInt8] = []
    try generator.generate(after: Array("It is".utf8), length: 130, settings: greedy()) { written += $0 }
    let context = ExecutionContext()
    for index in [5, 20, 68, 69, 70, 104, 130] {
      let seen = Array(written[..<index].suffix(Self.window))
      let input = Tensor(seen.map { Double($0) }, shape: [1, seen.count], pool: context.pool)
      let tape = Tape(context: context, recording: false)
      let output = model(tape.input(input), ForwardPass(tape: tape, mode: .evaluation)).value
      let scores = output.values.suffix(256)
      #expect(scores.firstIndex(of: scores.max() ?? 0).map { $0 - scores.startIndex } == Int(written[index]))
    }
  }

  @Test("texts of any length take the memory of a few")
  func memory() throws {
    let generator = TextGenerator(try model(), tokenizer: ByteTokenizer(), window: Self.window, step: 0)
    try generator.generate(after: Array("It is".utf8), length: 2, settings: greedy()) { _ in }
    let misses = generator.context.pool.statistics.misses
    try generator.generate(after: Array("It is".utf8), length: 50, settings: greedy()) { _ in }
    #expect(generator.context.pool.statistics.misses == misses)
  }

  @Test("a prompt longer than the window is refused where positions are known, else its end is read")
  func longPrompts() throws {
    let prompt = [UInt8](repeating: 0x78, count: Self.window + 1)
    let tooLong = GenerationError.promptTooLong(tokens: Self.window + 1, context: Self.window)
    let positions = [Self.layers[0], .positions(Positions.Settings()), Self.layers[4]]
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

  /// A byte a token, written as two, of which the second is no letter.
  private struct Pairs: Tokenizer {
    var specification: TokenizerSpecification { .bytes }
    var vocabularySize: Int { 256 }
    var json: String { "" }
    func encode(
      _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
    ) throws(TokenizationError) {
      try ByteTokenizer().encode(bytes, handOver)
    }
    func decode(_ token: Int32, into bytes: inout [UInt8]) { bytes += [UInt8(token), ~UInt8(token)] }
  }

  @Test("a text ends with its stop text, in the middle of a token too")
  func stopping() throws {
    let generator = TextGenerator(try model(), tokenizer: Pairs(), window: Self.window, step: 0)
    let prompt = Array("It is".utf8)
    func text(_ stop: [UInt8] = []) throws -> (bytes: [UInt8], tokens: Int) {
      var written: [UInt8] = []
      let tokens = try generator.generate(after: prompt, length: 20, settings: SamplingSettings(), stop: stop) {
        written += $0
      }
      return (Array(written.dropFirst(prompt.count)), tokens)
    }
    let whole = try text()
    #expect(whole.tokens == 20 && whole.bytes.count == 40)
    // Ends in the first byte of a token, in its second one; begins in the token before.
    for range in [10..<11, 9..<11, 8..<10, 7..<11, 0..<1, 37..<40] {
      let stop = Array(whole.bytes[range])
      let end = try #require((stop.count...40).first { whole.bytes[..<$0].suffix(stop.count) == stop[...] })
      let cut = try text(stop)
      #expect(cut.bytes == Array(whole.bytes[..<end]) && cut.tokens == (end + 1) / 2)
    }
    #expect(try text(whole.bytes.reversed()) == whole)
  }

  @Test("a stop text is found however its bytes come")
  func stopTexts() {
    let text = Array("abababcabc".utf8)
    for size in 1...text.count {
      for (stop, expected) in [("ababc", 7), ("a", 1), ("abab", 4), ("bca", 8), ("abc", 7), ("x", nil), ("", nil)] {
        var stopText = StopText(Array(stop.utf8))
        var found: Int?
        for start in stride(from: 0, to: text.count, by: size) where found == nil {
          let piece = Array(text[start..<min(start + size, text.count)])
          found = stopText.end(in: piece).map { start + $0 }
        }
        #expect(found == expected, "'\(stop)' in pieces of \(size)")
      }
    }
  }
}
