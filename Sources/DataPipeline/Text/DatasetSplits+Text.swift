import PlainText

extension DatasetSplits {
  /// A text's splits: by position, training first.
  ///
  /// - Parameter path: nil is the bundled novel.
  init(
    text: TextSpecification, at path: String?, _ data: DatasetSpecification, _ opening: DatasetOpening
  ) throws(DataError) {
    let tokenizer = opening.tokenizer
    let corpus = try TextCorpus.open(
      path, tokenizer: tokenizer.map { .given($0) } ?? .trained(text.tokenizer),
      splits: try Self.shares(of: text, data), inflatingAtMost: data.maxInflatedBytes, monitor: opening.monitor)
    func split(_ part: TextCorpus.Split) throws(DataError) -> TextSplit {
      try TextSplit(part, of: corpus, windowLength: text.window, order: text.order)
    }
    var validation: TextSplit?
    if let part = corpus.validation { validation = try split(part) }
    var test: TextSplit?
    if let part = corpus.test { test = try split(part) }
    self.init(
      training: try split(corpus.training), validation: validation, test: test, normalizer: .none, unreadable: [],
      tokenizer: corpus.tokenizer)
    if tokenizer == nil { noteSmallerVocabulary(than: text.tokenizer) }
    if let note = corpus.note, corpus.byteCount >= Self.largeText { notes.append(note.onOneLine) }
  }

  /// Adds a note if the training split has fewer byte pairs to merge than the configuration asks for.
  mutating func noteSmallerVocabulary(than asked: TokenizerSpecification) {
    guard case .bytePairs(let size) = asked, let found = tokenizer?.vocabularySize, found < size else { return }
    notes.append(
      "data.tokenizer asks for a vocabulary of \(size), but with \(found) no pair is left that the training split has twice: "
        + "the model has \(found) tokens")
  }

  /// Size in bytes from which a note says that each process holds the tokens.
  private static let largeText = 64 << 20

  /// Calls `body` with the training split of a text, as it is in the file.
  public static func withTrainingText<Result>(
    _ specification: DatasetSpecification, dataDirectory: String?, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(DataError) -> Result {
    guard let settings = specification.settings as? any TextDatasetSettings else {
      preconditionFailure("\(specification.name) is no text")
    }
    let path = try settings.path(specification, dataDirectory: dataDirectory)
    let location = if let path { path } else { try BundledData.novel() }
    let splits = try shares(of: settings.text, specification)
    return try FileContents.open(location, inflatingAtMost: specification.maxInflatedBytes).withBytes {
      bytes throws(DataError) in
      body(UnsafeRawBufferPointer(rebasing: bytes[try splits.ranges(of: bytes, source: location)[0]]))
    }
  }

  private static func shares(
    of text: TextSpecification, _ data: DatasetSpecification
  ) throws(DataError) -> TextSplits {
    switch data.validation {
    case nil: return TextSplits(validation: 0, test: text.test)
    case .fraction(let share): return TextSplits(validation: share, test: text.test)
    case .count:
      throw DataError(
        "data.validation", "is a number of samples, but a text is split by shares",
        advice: "write a share, for example validation: 0.1", isWrongUse: true)
    }
  }
}
