import Tensors

extension DatasetSplits {
  /// A text's splits: by position, training first.
  static func openText(
    _ specification: DatasetSpecification, dataDirectory: String?, tokenizer: (any Tokenizer)?,
    monitor: PreparationMonitor
  ) throws(DataError) -> DatasetSplits {
    let text = specification.text
    let corpus = try TextCorpus.open(
      try path(of: specification, dataDirectory: dataDirectory),
      tokenizer: tokenizer.map { .given($0) } ?? .trained(text.tokenizer), splits: try shares(of: specification),
      inflatingAtMost: specification.maxInflatedBytes, monitor: monitor)
    func split(_ part: TextCorpus.Split) throws(DataError) -> TextSplit {
      try TextSplit(part, of: corpus, windowLength: text.window, order: text.order)
    }
    var validation: TextSplit?
    if let part = corpus.validation { validation = try split(part) }
    var test: TextSplit?
    if let part = corpus.test { test = try split(part) }
    var splits = DatasetSplits(
      training: try split(corpus.training), validation: validation, test: test, normalizer: .none, unreadable: [],
      tokenizer: corpus.tokenizer)
    if tokenizer == nil { splits.noteSmallerVocabulary(than: text.tokenizer) }
    if let note = corpus.note, corpus.byteCount >= largeText { splits.notes.append(note.onOneLine) }
    return splits
  }

  /// Notes it where the training split had fewer byte pairs to merge than were asked for.
  mutating func noteSmallerVocabulary(than asked: TokenizerSpecification) {
    guard case .bytePairs(let size) = asked, let found = tokenizer?.vocabularySize, found < size else { return }
    notes.append(
      "data.tokenizer asks for a vocabulary of \(size), but with \(found) no pair is left that the training split has twice: "
        + "the model has \(found) tokens")
  }

  /// Bytes from which on it matters that each process holds the tokens.
  private static let largeText = 64 << 20

  /// Calls `body` with the training split of a text, as it is in the file.
  public static func withTrainingText<Result>(
    _ specification: DatasetSpecification, dataDirectory: String?, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(DataError) -> Result {
    let path = try path(of: specification, dataDirectory: dataDirectory)
    let location = if let path { path } else { try BundledData.novel() }
    let splits = try shares(of: specification)
    return try FileContents.open(location, inflatingAtMost: specification.maxInflatedBytes).withBytes {
      bytes throws(DataError) in
      body(UnsafeRawBufferPointer(rebasing: bytes[try splits.ranges(of: bytes, source: location)[0]]))
    }
  }

  private static func shares(of specification: DatasetSpecification) throws(DataError) -> TextSplits {
    switch specification.validation {
    case nil: return TextSplits(validation: 0, test: specification.text.test)
    case .fraction(let share): return TextSplits(validation: share, test: specification.text.test)
    case .count:
      throw DataError(
        "data.validation", "is a number of samples, but a text is split by shares",
        advice: "write a share, for example validation: 0.1", isWrongUse: true)
    }
  }

  /// Nil is the bundled novel.
  private static func path(
    of specification: DatasetSpecification, dataDirectory: String?
  ) throws(DataError) -> String? {
    guard specification.kind == .text else {
      if let file = dataDirectory, case .file = try PathKind(file) {
        throw DataError(
          file, "is a text, but dataset: novel reads the bundled one", advice: "use dataset: text", isWrongUse: true)
      }
      return nil
    }
    guard let path = specification.path ?? dataDirectory else {
      throw DataError(
        "data.path", "no text is named", advice: "give a UTF-8 text file as data.path or --data, or use dataset: novel",
        isWrongUse: true)
    }
    switch try PathKind(path) {
    case .folder: throw DataError(path, "is a folder", advice: "give the text file itself", isWrongUse: true)
    case .missing: throw DataError(path, "no such file", advice: "check --data and data.path", isWrongUse: true)
    case .file: return path
    }
  }
}
