import Autograd
import Checkpoints
import Collectives
import DataPipeline
import NeuralNetworks
import RunSettings
import Tensors

/// Generation of text by a model: from a checkpoint, which is all it requires, or in training.
public final class TextGenerator {
  /// The checkpoint's file; empty for a model in training.
  public let checkpoint: String
  /// Number of optimiser updates of its weights.
  public let step: Int
  private let model: Model
  private let tokenizer: any Tokenizer
  let context: ExecutionContext
  /// Number of tokens of a training window.
  private let window: Int
  /// Training data of the model; nil for a model in training.
  let data: DatasetSpecification?

  /// A model in training. It is only read, so no weight depends on the text. The generator's memory is freed
  /// with it.
  package init(_ model: Model, tokenizer: any Tokenizer, window: Int, step: Int) {
    (self.model, self.tokenizer, self.window, context) = (model, tokenizer, window, ExecutionContext())
    (checkpoint, self.step, data) = ("", step, nil)
  }

  /// Opens the checkpoint at `path`, which is a checkpoint file or a run folder.
  ///
  /// - Parameters:
  ///   - path: A run folder or a checkpoint file.
  ///   - damaged: Called with each checkpoint that was skipped.
  public init(at path: String, damaged: (String) -> Void) throws {
    let file = try RunFolder.checkpoint(at: path) { damaged("\($0)") }
    guard let json = file.metadata.tokenizer else { throw GenerationError.notOfText(file.path) }
    (checkpoint, step) = (file.path, file.metadata.step)
    tokenizer = try Tokenizers.load(json: json, from: file.path)
    let configuration = try RunConfiguration.of(file)
    guard let text = configuration.data.text else { throw GenerationError.notOfText(file.path) }
    try configuration.training.setThreadCount()
    window = text.window
    data = configuration.data
    let vocabulary = tokenizer.vocabularySize
    context = ExecutionContext()
    try MatrixProductWorkspace().giveBack()
    model = try Model(
      configuration.model.layers(inputShape: [window], outputs: vocabulary), inputShape: [window],
      outputs: vocabulary, vocabulary: vocabulary, from: file, pool: context.pool)
  }

  /// Continues a prompt.
  ///
  /// - Parameters:
  ///   - prompt: UTF-8, or any bytes for a model of bytes. An empty prompt starts at the beginning of a line, or with the
  ///     first token if the vocabulary has no line end.
  ///   - length: Number of tokens to write.
  ///   - settings: How each token is chosen.
  ///   - stop: Ends the text with the byte that completes this string; the rest of the last token is left out.
  ///   - sample: Number of the text; each has its own random draws.
  ///   - isStopped: Called before each token; true ends the text there.
  ///   - write: Called with the bytes of the text as they are written, beginning with the prompt.
  /// - Returns: The number of tokens written.
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
  /// - Throws: If the model cannot read the prompt, which is wrong use.
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

/// A model's state between the tokens of one text: attention's keys and values, and recurrent layers' states.
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
      // Full: continues with the later half, as if the text had begun there.
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

  /// No layer sees later time steps, so padding may follow: then there are few lengths, and memory
  /// and plans are reused.
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
