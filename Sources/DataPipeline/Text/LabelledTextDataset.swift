import Files
import PlainText

/// Texts with one label each, as tokens.
public struct LabelledTextDataset: Sendable {
  /// Samples of a split, in the order of the file.
  public struct Split: Sendable, Equatable {
    /// The tokens of all samples, one after the other.
    private var tokens: [Int32] = []
    private var ends: [Int] = []
    public private(set) var labels: [Int32] = []

    public var count: Int { labels.count }

    /// All tokens of a sample.
    public func tokens(ofSample sample: Int) -> ArraySlice<Int32> {
      tokens[(sample == 0 ? 0 : ends[sample - 1])..<ends[sample]]
    }

    mutating func append(_ sample: [Int32], label: Int32) {
      tokens += sample
      ends.append(tokens.count)
      labels.append(label)
    }

    var longest: Int { (0..<count).reduce(0) { max($0, tokens(ofSample: $1).count) } }
  }

  public let tokenizer: any Tokenizer
  /// In the order of the file of categories, or sorted by their bytes.
  public let classNames: [String]
  public let training: Split
  public let validation: Split?
  public let test: Split?
  /// Tokens that a sample is padded or cut to.
  public let maximumLength: Int
  /// Notes on the files for a person.
  public var notes: [String] = []

  /// Longest padding of samples if `data.length` is not set, or if no text is as long.
  private static let longestPadding = 1 << 16

  /// The token that samples are padded with, one more than the tokeniser has.
  public var padToken: Int32 { Int32(tokenizer.vocabularySize) }
  /// Number of tokens, including the one that pads.
  public var vocabularySize: Int { tokenizer.vocabularySize + 1 }

  /// Copies a sample's first `maximumLength` tokens to `destination`, and pads them.
  /// - Returns: Number of tokens that are not padding.
  public func copy(_ sample: Int, of split: Split, to destination: UnsafeMutablePointer<Int32>) -> Int {
    let tokens = split.tokens(ofSample: sample).prefix(maximumLength)
    for (index, token) in tokens.enumerated() { destination[index] = token }
    for index in tokens.count..<maximumLength { destination[index] = padToken }
    return tokens.count
  }

  /// - Parameters:
  ///   - specification: The files, and how their lines are read.
  ///   - source: The tokeniser of a checkpoint, or what to learn from the training lines.
  ///   - maximumLength: nil is the longest training sample's.
  ///   - seed: Draws the validation samples, if no file lists them.
  ///   - classNames: Classes of a trained model, in its order; nil finds them in the data.
  ///   - monitor: Receives notes about slow work, and may stop it.
  public static func open(
    _ specification: LabelledTextSpecification, tokenizer source: TextCorpus.TokenizerSource,
    maximumLength: Int? = nil, seed: UInt64 = 0, classNames: [String]? = nil,
    monitor: PreparationMonitor = PreparationMonitor()
  ) throws(DataError) -> LabelledTextDataset {
    precondition(maximumLength.map { $0 > 0 } ?? true, "samples of \(maximumLength ?? 0) tokens")
    let read = try specification.readLines()
    let lines = read.lines
    var notes = [read.note].compactMap { $0 }
    let names = try specification.classNames(of: lines, known: classNames)
    let labels = try specification.labels(of: lines, in: specification.path, names: names)
    let (training, validation) = try specification.divide(lines, labels, names, seed: seed)
    let tokenizer: any Tokenizer
    let origin: VocabularyOrigin
    switch source {
    case .given(let given): (tokenizer, origin) = (given, .model)
    case .trained(let kind):
      origin = .trainingText
      // Line ends keep the words of neighbouring texts apart. A tokeniser of characters must not learn them.
      let separator: [UInt8] = kind == .characters ? [] : [UInt8(ascii: "\n")]
      let text = Array(training.map { lines[$0].text }.joined(separator: separator))
      tokenizer = try text.withTypedBytes { bytes throws(DataError) in
        try Tokenizers.train(kind, on: bytes, of: specification.path, monitor: monitor)
      }
    }
    func split(_ path: String, _ lines: [LabelledLine], _ labels: [Int32]) throws(DataError) -> Split {
      var split = Split()
      let poll = monitor.follow("encoding \(path.onOneLine)")
      for (line, label) in zip(lines, labels) {
        try poll()
        let tokens = try line.text.withTypedBytes { bytes throws(DataError) in
          try tokenizer.encode(bytes, from: path, firstLine: line.line, origin: origin)
        }
        split.append(tokens, label: label)
      }
      return split
    }
    func split(_ samples: [Int]) throws(DataError) -> Split {
      try split(specification.path, samples.map { lines[$0] }, samples.map { labels[$0] })
    }
    let trainedLabels = training.map { labels[$0] }
    func split(ofFile path: String?) throws(DataError) -> Split? {
      guard let path else { return nil }
      let read = try specification.readLines(ofSplit: path, names: names, trained: trainedLabels)
      if let note = read.note { notes.append(note) }
      return try split(path, read.lines, read.labels)
    }
    let trainingSplit = try split(training)
    var validationFile: String?
    if case .file(let path) = specification.validation { validationFile = path }
    let validationSplit = validation.isEmpty ? try split(ofFile: validationFile) : try split(validation)
    let testSplit = try split(ofFile: specification.testPath)
    // Every sample is padded to it.
    let longest = [trainingSplit, validationSplit, testSplit].reduce(Self.longestPadding) { max($0, $1?.longest ?? 0) }
    if maximumLength == nil, trainingSplit.longest > Self.longestPadding {
      let sample = (0..<trainingSplit.count).first { trainingSplit.tokens(ofSample: $0).count == trainingSplit.longest }
      throw DataError(
        "\(specification.path), line \(lines[training[sample ?? 0]].line)",
        "has \(trainingSplit.longest) tokens, and every text would be padded to as many (at most \(Self.longestPadding))",
        advice: "set data.length, for example data.length: 1000: longer texts are cut to it", isWrongUse: true)
    }
    if let maximumLength, maximumLength > longest {
      throw DataError(
        "data.length", "is \(maximumLength), but the longest training text has \(trainingSplit.longest) tokens",
        advice: "lower it: shorter texts are padded to it", isWrongUse: true)
    }
    return LabelledTextDataset(
      tokenizer: tokenizer, classNames: names, training: trainingSplit, validation: validationSplit, test: testSplit,
      maximumLength: maximumLength ?? trainingSplit.longest, notes: notes)
  }
}
