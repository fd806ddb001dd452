import Hashing
import Tensors

/// A split of a text whose samples are windows of tokens. Targets are the tokens that follow.
public struct TextSplit: SampleSplit {
  public let tokens: TokenSequence
  /// Number of different tokens.
  public let outputs: Int
  public let windowLength: Int
  public let order: WindowSampler.Order
  /// Path of the text, for messages.
  let path: String
  let contentDigest: String

  /// - Throws: If the split is too short for a single window.
  init(
    _ split: TextCorpus.Split, of corpus: TextCorpus, windowLength: Int, order: WindowSampler.Order
  ) throws(DataError) {
    (tokens, outputs) = (split.tokens, corpus.tokenizer.vocabularySize)
    (self.windowLength, self.order) = (windowLength, order)
    (path, contentDigest) = (corpus.path, corpus.contentDigest)
    guard tokens.count > 1 else {
      throw DataError(
        path, "has \(tokens.count) token\(tokens.count == 1 ? "" : "s") in its \(split.name) split",
        advice: "a token is predicted from one before it: take more text, or another data.validation or data.test")
    }
  }

  public var count: Int { EvaluationWindows(tokenCount: tokens.count, windowLength: windowLength).count }
  public var sampleShape: [Int] { [windowLength] }
  public var classNames: [String] { [] }
  public var labels: [Int32]? { nil }
  public var contentShape: String { "tokens" }

  public func addContent(to hash: inout SHA256) { hash.update("\(contentDigest) \(tokens.count)".utf8) }

  public func makeSampler(
    seed: UInt64, batchSize: Int, dropLast: Bool
  ) throws(DataError) -> any StepSampler {
    try WindowSampler(
      seed: seed, tokenCount: tokens.count, windowLength: windowLength, batchSize: batchSize, order: order, source: path
    )
  }

  public func makeAssembler(
    _ preparation: ImagePreparation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler {
    WindowAssembler(split: self, pool: pool)
  }
}

/// Makes batches of windows: inputs `[count, time]`, numbers of tokens, exact as floats below 2²⁴; labels `[count, time]`.
struct WindowAssembler: BatchAssembler {
  let split: TextSplit
  let pool: StoragePool
  /// Most tokens that an evaluation passes through the model at once.
  static let tokensPerBlock = 8192

  func assemble(
    _ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int
  ) throws(DataError) -> Batch {
    assemble(
      samples, length: step.windowLength ?? split.windowLength, firstPosition: firstPosition,
      beginsAnew: step.beginsAnew)
  }

  func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks {
    let lastIsShorter = (split.tokens.count - 1) % split.windowLength != 0
    // Long windows and large vocabularies would take gigabytes for as many windows as one takes images.
    let windows = min(size, max(1, Self.tokensPerBlock / split.windowLength))
    return EvaluationBlocks(count: split.count, blockSize: windows, lastIsAlone: lastIsShorter)
  }

  func assembleForEvaluation(_ samples: Range<Int>) throws(DataError) -> Batch {
    let windows = EvaluationWindows(tokenCount: split.tokens.count, windowLength: split.windowLength)
    let starts = samples.map { windows[$0].start }
    return assemble(
      starts[...], length: samples.isEmpty ? split.windowLength : windows[samples.lowerBound].length,
      firstPosition: samples.lowerBound, beginsAnew: true)
  }

  private func assemble(
    _ starts: ArraySlice<Int>, length: Int, firstPosition: Int, beginsAnew: Bool
  ) -> Batch {
    let inputs = Tensor(uninitialized: [starts.count, length], pool: pool)
    let labels = Tensor(uninitialized: [starts.count, length], dtype: .int32, pool: pool)
    let (input, label) = (inputs.floats, labels.int32s)
    for (row, start) in starts.enumerated() {
      guard let target = label.baseAddress.map({ $0 + row * length }) else { break }
      split.tokens.copy(start + 1..<start + 1 + length, to: target)
      input[row * length] = Float(split.tokens[start])
      for index in 1..<max(1, length) { input[row * length + index] = Float(target[index - 1]) }
    }
    return Batch(
      inputs: inputs, labels: labels, sampleIndices: starts.map { UInt32(truncatingIfNeeded: $0) },
      firstPosition: firstPosition, beginsAnew: beginsAnew)
  }
}

extension WindowSampler: StepSampler {
  public func position(ofStep step: Int) -> Int { step % stepsPerEpoch * batchSize }

  public func makeReader() -> (Int) -> StepSamples {
    makeReader(order: permutation) { step, epoch, order in
      let windows = (0..<batchSize(ofStep: step)).map { window(step: step, position: $0, permutation: order) }
      var samples = StepSamples(epoch: epoch, samples: windows.map(\.start)[...])
      samples.windowLength = windowLength(ofStep: step)
      samples.beginsAnew = windows.first?.resetsState ?? true
      return samples
    }
  }
}
