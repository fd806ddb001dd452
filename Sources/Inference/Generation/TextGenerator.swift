import Autograd
import Checkpoints
import Collectives
import DataPipeline
import NeuralNetworks
import RunSettings
import Tensors

/// A model of text, writing: out of a checkpoint, which is all it needs, or in training.
public final class TextGenerator {
  /// The checkpoint's file; empty for a model in training.
  public let checkpoint: String
  /// Optimiser updates that its weights have seen.
  public let step: Int
  private let model: Model
  private let tokenizer: any Tokenizer
  let context: ExecutionContext
  /// Tokens that the model was trained to see at once.
  private let window: Int
  /// Data that the model was trained on; nil for a model in training.
  let data: DatasetSpecification?

  /// A model in training. It is read only, so that no weight depends on what is written. What writing takes of memory
  /// ends with the generator.
  package init(_ model: Model, tokenizer: any Tokenizer, window: Int, step: Int) {
    (self.model, self.tokenizer, self.window, context) = (model, tokenizer, window, ExecutionContext())
    (checkpoint, self.step, data) = ("", step, nil)
  }

  /// Opens what `path`, a run folder or a checkpoint file, stands for.
  ///
  /// - Parameter damaged: told of checkpoints that were passed over.
  public init(at path: String, damaged: (String) -> Void) throws {
    let file = try RunFolder.checkpoint(at: path) { damaged("\($0)") }
    guard let json = file.metadata.tokenizer else { throw GenerationError.notOfText(file.path) }
    (checkpoint, step) = (file.path, file.metadata.step)
    tokenizer = try Tokenizers.load(json: json, from: file.path)
    let configuration = try RunConfiguration.of(file)
    guard let text = configuration.data.text else { throw GenerationError.notOfText(file.path) }
    BLAS.threadCount = configuration.training.blasThreads
    window = text.window
    data = configuration.data
    let vocabulary = tokenizer.vocabularySize
    context = ExecutionContext()
    try MatrixProductWorkspace().giveBack()
    model = try Model(
      configuration.model.layers(inputShape: [window], outputs: vocabulary), inputShape: [window],
      outputs: vocabulary, vocabulary: vocabulary, from: file, pool: context.pool)
  }

  /// Writes on from a prompt.
  ///
  /// - Parameters:
  ///   - prompt: UTF-8, or of a model of bytes anything. Empty starts at a line's beginning, or where the vocabulary has no
  ///     such character, at its first token.
  ///   - length: Tokens to write.
  ///   - stop: Ends the text with the byte that completes it; what else the last token has is left out.
  ///   - sample: Number of the text; each has random draws of its own.
  ///   - isStopped: Asked before each token; once it says so, the text ends there.
  ///   - write: Takes the bytes of the text as they come, those of the prompt first.
  /// - Returns: the number of tokens written.
  @discardableResult
  public func generate(
    after prompt: [UInt8], length: Int, settings: SamplingSettings, stop: [UInt8] = [], sample: Int = 0,
    isStopped: () -> Bool = { false }, write: ([UInt8]) -> Void
  ) throws -> Int {
    var tokens = try Self.tokens(of: prompt, tokenizer, for: model, window: window)
    write(prompt)
    if tokens.isEmpty { tokens = [(try? tokenizer.encode("\n"))?.first ?? 0] }
    let sampler = TokenSampler(settings: settings, sample: sample)
    let reader = TokenReader(model, window: window, context: context)
    var scores = reader.read(tokens)
    var stopText = StopText(stop)
    for index in 0..<length {
      if isStopped() { return index }
      let token = sampler.next(scores.floats, index: index)
      let bytes = tokenizer.decode([token])
      if let count = stopText.end(in: bytes) {
        write(Array(bytes.prefix(count)))
        return index + 1
      }
      write(bytes)
      tokens.append(token)
      if index + 1 < length { scores = reader.read(tokens) }
    }
    return length
  }
}

extension TextGenerator {
  /// - Throws: for a prompt that the model cannot read, which is wrong use.
  package static func tokens(
    of prompt: [UInt8], _ tokenizer: any Tokenizer, for model: Model, window: Int
  ) throws -> [Int32] {
    let tokens: [Int32]
    do throws(DataError) {
      tokens = try tokenizer.encode(prompt, from: "the prompt", origin: .model)
    } catch {
      var error = error
      error.isWrongUse = true
      throw error
    }
    if model.hasLongestContext, tokens.count > window {
      throw GenerationError.promptTooLong(tokens: tokens.count, context: window)
    }
    return tokens
  }
}

/// Keeps a model's state between the tokens of one text: what attention has seen, what recurrent layers remember.
private final class TokenReader {
  private let model: Model
  private let window: Int
  private let context: ExecutionContext
  private let cache: AttentionCache?
  private let state = RecurrentState()
  private var read = 0

  init(_ model: Model, window: Int, context: ExecutionContext) {
    (self.model, self.window, self.context) = (model, window, context)
    cache = model.cachesContext ? AttentionCache(capacity: window, pool: context.pool) : nil
  }

  /// Scores `[vocabulary]` of the token after the last one. `tokens` only grows from call to call.
  func read(_ tokens: [Int32]) -> Tensor {
    if model.rereadsWindow { return passAgain(tokens.suffix(window)) }
    if let cache, cache.position + tokens.count - read > window {
      // Full: goes on with the later half, as if the text had begun there.
      cache.reset()
      read = tokens.count - max(1, window / 2)
    }
    var scores: Tensor?
    while read < tokens.count {
      let piece = tokens[read..<min(tokens.count, read + window)]
      read = piece.endIndex
      scores = pass(piece, carrying: state)
    }
    guard let scores else { preconditionFailure("no new token to read") }
    return scores
  }

  /// No layer sees later time steps, so tokens may follow that nobody wrote: then few lengths are read, and memory
  /// and plans serve again.
  private func passAgain(_ tokens: ArraySlice<Int32>) -> Tensor {
    let count = min(window, (tokens.count + 63) / 64 * 64)
    return pass(tokens + Array(repeating: 0, count: count - tokens.count), scoring: tokens.count - 1, carrying: nil)
  }

  private func pass(_ tokens: ArraySlice<Int32>, scoring index: Int? = nil, carrying state: RecurrentState?) -> Tensor {
    let tape = Tape(context: context, recording: false)
    let input = Tensor(tokens.map { Double($0) }, shape: [1, tokens.count], dtype: .float32, pool: context.pool)
    let pass = ForwardPass(tape: tape, mode: .evaluation, carriedState: state)
    pass.attentionCache = cache
    let output = model(tape.input(input), pass).value
    let last = index ?? tokens.count - 1
    return output.reshaped([tokens.count, output.count / tokens.count]).rows(last..<last + 1)
  }
}

public enum GenerationError: ExitCodeProviding, Equatable, CustomStringConvertible {
  case notOfText(String)
  case promptTooLong(tokens: Int, context: Int)

  public var exitCode: Int32 { 2 }

  public var description: String {
    switch self {
    case .notOfText(let path):
      "\(path) holds no model of text; generate requires one that was trained with data: {dataset: text} or novel"
    case .promptTooLong(let tokens, let context):
      "the prompt has \(tokens) tokens, the model sees \(context) at once; shorten the prompt"
    }
  }
}
