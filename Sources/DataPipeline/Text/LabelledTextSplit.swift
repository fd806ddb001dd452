import Files
import Hashing
import Tensors

/// A split of texts with one label each: the tokens of a sample, cut or padded to one length, and its class.
public struct LabelledTextSplit: SampleSplit {
  public let classNames: [String]
  let samples: LabelledTextDataset.Split
  /// Tokens of every sample, including padding.
  let length: Int
  /// The token that pads, one more than the tokeniser has.
  let padToken: Int32
  private let tokenizer: String

  init(_ samples: LabelledTextDataset.Split, length: Int, tokenizer: any Tokenizer, classNames: [String]) {
    (self.samples, self.length, self.classNames) = (samples, length, classNames)
    (padToken, self.tokenizer) = (Int32(tokenizer.vocabularySize), tokenizer.json)
  }

  /// A split of one sample: a text to be classified.
  ///
  /// - Parameters:
  ///   - text: At least one byte of UTF-8.
  ///   - name: Name of the text, for the message if it cannot be encoded.
  ///   - line: Number of the line, if the text is one of several.
  ///   - length: Tokens that the text is cut or padded to.
  ///   - tokenizer: The tokeniser of the model.
  public init(
    loneText text: [UInt8], named name: String, line: Int = 1, length: Int, tokenizer: any Tokenizer
  ) throws(DataError) {
    guard !text.isEmpty else {
      throw DataError("an input", "is empty", advice: "give a text of at least one character", isWrongUse: true)
    }
    let tokens = try text.withTypedBytes { bytes throws(DataError) in
      try tokenizer.encode(bytes, from: name, firstLine: line, origin: .model)
    }
    var samples = LabelledTextDataset.Split()
    samples.append(tokens, label: 0)
    self.init(samples, length: length, tokenizer: tokenizer, classNames: ["unknown"])
  }

  public var count: Int { samples.count }
  public var sampleShape: [Int] { [length] }
  public var outputs: Int { classNames.count }
  public var labels: [Int32]? { samples.labels }
  /// All tokens of a sample, also those that are cut off.
  public func tokenCount(ofSample sample: Int) -> Int { samples.tokens(ofSample: sample).count }
  public var contentShape: String { "texts of \(length) tokens" }
  /// Number of samples longer than `length`, whose ends the model does not see.
  public var cutCount: Int { (0..<count).count { samples.tokens(ofSample: $0).count > length } }

  /// The class of all samples, if it is the same.
  var onlyClass: String? {
    guard let first = samples.labels.first, samples.labels.allSatisfy({ $0 == first }) else { return nil }
    return classNames[Int(first)]
  }

  public func addContent(to hash: inout SHA256) {
    hash.update(tokenizer.utf8)
    hash.update("\(samples.labels)".utf8)
    for sample in 0..<count {
      hash.update("\(samples.tokens(ofSample: sample).count) ".utf8)
      samples.tokens(ofSample: sample).withUnsafeBytes { hash.update($0) }
    }
  }

  public func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) -> any StepSampler {
    EpochSampler(seed: seed, count: count, batchSize: batchSize, dropLast: dropLast)
  }

  public func makeAssembler(
    _ preparation: ImagePreparation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler {
    LabelledTextAssembler(split: self, pool: pool)
  }
}

/// Makes batches of texts: inputs `[count, length]`, numbers of tokens, exact as floats below 2²⁴; labels `[count]`; and the
/// number of tokens of each sample that are not padding.
struct LabelledTextAssembler: BatchAssembler {
  let split: LabelledTextSplit
  let pool: StoragePool

  func assemble(_ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int) -> Batch {
    let inputs = Tensor(uninitialized: [samples.count, split.length], pool: pool)
    let labels = Tensor(uninitialized: [samples.count], dtype: .int32, pool: pool)
    let input = inputs.floats
    var lengths: [Int] = []
    lengths.reserveCapacity(samples.count)
    for (row, sample) in samples.enumerated() {
      let tokens = split.samples.tokens(ofSample: sample).prefix(split.length)
      let start = row * split.length
      for (index, token) in tokens.enumerated() { input[start + index] = Float(token) }
      for index in tokens.count..<split.length { input[start + index] = Float(split.padToken) }
      labels.int32s[row] = split.samples.labels[sample]
      lengths.append(tokens.count)
    }
    return Batch(
      inputs: inputs, labels: labels, sampleIndices: samples.map { UInt32($0) }, firstPosition: firstPosition,
      lengths: lengths)
  }

  func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks {
    EvaluationBlocks(
      count: split.count, blockSize: min(size, max(1, WindowAssembler.tokensPerBlock / split.length)))
  }

  func assembleForEvaluation(_ samples: Range<Int>) -> Batch {
    assemble(
      ArraySlice(samples), of: StepSamples(epoch: 0, samples: ArraySlice(samples)), firstPosition: samples.lowerBound)
  }
}
