/// A text as tokens, split by position into training, validation and test.
public struct TextCorpus: Sendable {
  public struct Split: Sendable {
    /// `training`, `validation` or `test`.
    let name: String
    public let tokens: TokenSequence
    /// Bytes of text, to give a loss per byte, which compares across tokenisers.
    public let byteCount: Int
  }

  /// Bytes of the text.
  public var byteCount: Int { [training, validation, test].reduce(0) { $0 + ($1?.byteCount ?? 0) } }

  /// Origin of the tokeniser.
  public enum TokenizerSource: Sendable {
    /// Learned from the training split.
    case trained(TokenizerSpecification)
    /// One that a model was trained with.
    case given(any Tokenizer)
  }

  /// The file.
  public let path: String
  public let tokenizer: any Tokenizer
  public let training: Split
  public let validation: Split?
  public let test: Split?
  /// Reason why the tokens could not be stored beside the text, and are held in memory; nil if there is none.
  public let note: String?
  /// Identifies the data of a run, wherever they are stored: SHA-256, in hexadecimal, of the text's size and digest, the splits
  /// and the tokeniser.
  public let contentDigest: String

  /// Opens a UTF-8 text; one named `.gz` is inflated into memory.
  /// - Parameters:
  ///   - path: nil is the bundled novel.
  ///   - source: The tokeniser of a checkpoint, or what to learn from the training split.
  ///   - splits: Shares of the text for validation and testing.
  ///   - caching: Whether tokens, and byte pairs that were learned, are stored beside the text and read from there. Texts without
  ///     a folder of their own have no such files.
  ///   - limit: Most bytes that a compressed file may inflate to.
  ///   - monitor: Receives notes about waiting for another process and about slow work; may stop the work.
  public static func open(
    _ path: String?, tokenizer source: TokenizerSource, splits: TextSplits = TextSplits(), caching: Bool = true,
    inflatingAtMost limit: Int = DatasetSpecification.defaultMaxInflatedBytes,
    monitor: PreparationMonitor = PreparationMonitor()
  ) throws(DataError) -> TextCorpus {
    let location = if let path { path } else { try BundledData.novel() }
    let file = try FileContents.open(location, inflatingAtMost: limit)
    return try file.withBytes { bytes throws(DataError) in
      // Inflated files, the bundled novel above all, are small.
      let caching = caching && path != nil && !location.hasSuffix(".gz")
      return try TextCorpus(
        bytes, path: location, tokenizer: source, splits: splits,
        cacheLocation: caching ? TokenCacheLocation.resolve(location) : nil, monitor: monitor)
    }
  }

  /// - Parameter cacheLocation: File next to which the token cache is stored; nil disables caching.
  private init(
    _ bytes: UnsafeRawBufferPointer, path: String, tokenizer source: TokenizerSource, splits: TextSplits,
    cacheLocation: String?,
    monitor: PreparationMonitor
  ) throws(DataError) {
    guard !bytes.isEmpty else { throw DataError(path, "is empty", advice: "give a text to learn from") }
    let origin = source.origin
    if source.needsUTF8, let offset = UTF8Text.firstInvalidByte(bytes) {
      throw TokenizationError.notUTF8(offset: offset).dataError(in: bytes, of: path, origin: origin)
    }
    let ranges = try splits.ranges(of: bytes, source: path)
    self.path = path
    switch source {
    case .given(let given): tokenizer = given
    case .trained(let specification):
      let training = UnsafeRawBufferPointer(rebasing: bytes[ranges[0]])
      if let cacheLocation, case .bytePairs = specification {
        tokenizer = try TokenizerCache(specification, on: training, of: cacheLocation).tokenizer(monitor)
      } else {
        tokenizer = try Tokenizers.train(specification, on: training, of: path, monitor: monitor)
      }
    }
    let encoding = TextEncoding(
      bytes, path: path, ranges: ranges, tokenizer: tokenizer, origin: origin, monitor: monitor)
    contentDigest = encoding.contentDigest
    let encoded: [TokenSequence]
    (encoded, note) = try encoding.tokens(keptBeside: cacheLocation)
    let parts = zip(["training", "validation", "test"], zip(encoded, ranges)).map {
      Split(name: $0, tokens: $1.0, byteCount: $1.1.count)
    }
    training = parts[0]
    validation = ranges[1].isEmpty ? nil : parts[1]
    test = ranges[2].isEmpty ? nil : parts[2]
  }
}

extension TextCorpus.TokenizerSource {
  fileprivate var origin: VocabularyOrigin {
    switch self {
    case .trained: .trainingSplit
    case .given: .model
    }
  }

  /// Whether the text must be UTF-8; with bytes as tokens it need not be.
  fileprivate var needsUTF8: Bool {
    switch self {
    case .trained(let specification): specification != .bytes
    case .given(let tokenizer): tokenizer.specification != .bytes
    }
  }
}
