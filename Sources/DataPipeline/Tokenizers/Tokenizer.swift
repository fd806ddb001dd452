import Files

/// Cuts text into tokens, numbers in 0 ..< `vocabularySize`, and puts them together again, byte for byte.
public protocol Tokenizer: Sendable {
  /// Its name in a configuration, with its size: a vocabulary may be smaller than was asked for.
  var specification: TokenizerSpecification { get }

  var vocabularySize: Int { get }

  /// Encodes `bytes`, and passes the tokens on in pieces, in order; the buffer is valid for the length of the call. An error
  /// thrown by `handOver` ends the work.
  func encode(
    _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError)

  /// Appends the bytes that a token in 0 ..< `vocabularySize` stands for. One token may be part of a character only.
  func decode(_ token: Int32, into bytes: inout [UInt8])

  /// The tokeniser as one line of JSON, the same for equal tokenisers; `Tokenizers.load` reads it.
  var json: String { get }
}

/// Why text cannot be encoded, and at which byte of it.
public enum TokenizationError: Error, Sendable, Equatable {
  case notUTF8(offset: Int)
  /// A Unicode scalar that the vocabulary does not have.
  case unknownScalar(UInt32, offset: Int)
  /// Encoding was stopped, since the tokens are no longer required.
  case stopped
}

/// A kind of tokeniser, as a configuration writes it.
public enum TokenizerSpecification: Sendable, Equatable {
  /// A token for each Unicode scalar of the training split.
  case characters
  case bytes
  /// Byte-pair encoding, merges learned from the training split.
  case bytePairs(vocabularySize: Int)

  /// `characters`, `bytes`, `bpe-8000`.
  public var name: String {
    switch self {
    case .characters: "characters"
    case .bytes: "bytes"
    case .bytePairs(let size): "bpe-\(size)"
    }
  }
}

extension Tokenizer {
  /// Bytes of several tokens; may be cut within a character at either end.
  public func decode(_ tokens: some Sequence<Int32>) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens { decode(token, into: &bytes) }
    return bytes
  }

  /// Encodes a text in memory.
  /// - Parameters:
  ///   - bytes: The text.
  ///   - source: Name of the text, for the message if it cannot be encoded: "the prompt", a path.
  ///   - firstLine: Number of its first line, if it is part of a file.
  ///   - origin: Origin of the tokeniser.
  public func encode(
    _ bytes: UnsafeRawBufferPointer, from source: String, firstLine: Int = 1, origin: VocabularyOrigin = .trainingText
  ) throws(DataError) -> [Int32] {
    var tokens: [Int32] = []
    do throws(TokenizationError) {
      // Byte pairs encode any bytes, but a model of text has learned nothing about those that are not UTF-8.
      if origin == .model, specification != .bytes, let offset = UTF8Text.firstInvalidByte(bytes) {
        throw .notUTF8(offset: offset)
      }
      try encode(bytes) { tokens.append(contentsOf: $0) }
    } catch {
      throw error.dataError(in: bytes, of: source, firstLine: firstLine, origin: origin)
    }
    return tokens
  }

  public func encode(_ text: String, from source: String = "the text") throws(DataError) -> [Int32] {
    try encode(Array(text.utf8), from: source)
  }

  public func encode(
    _ bytes: [UInt8], from source: String, origin: VocabularyOrigin = .trainingText
  ) throws(DataError) -> [Int32] {
    try bytes.withTypedBytes { bytes throws(DataError) in try encode(bytes, from: source, origin: origin) }
  }
}

extension TokenizationError {
  /// The same error in a text of which this part begins at byte `bytes`.
  func moved(by bytes: Int) -> TokenizationError {
    switch self {
    case .notUTF8(let offset): .notUTF8(offset: offset + bytes)
    case .unknownScalar(let scalar, let offset): .unknownScalar(scalar, offset: offset + bytes)
    case .stopped: .stopped
    }
  }

  func dataError(
    in bytes: UnsafeRawBufferPointer, of source: String, firstLine: Int = 1, origin: VocabularyOrigin = .trainingText
  ) -> DataError {
    switch self {
    case .notUTF8(let offset):
      if offset == 0, let encoding = UTF8Text.otherEncoding(bytes) {
        return DataError(
          source, "is \(encoding), as its byte order mark says",
          advice: "convert it to UTF-8: iconv -f \(encoding) -t UTF-8")
      }
      let line = firstLine - 1 + UTF8Text.line(bytes, at: offset)
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      return DataError(
        "\(source), byte \(offset), line \(line)", "is not UTF-8 (0x\(byte.count < 2 ? "0" : "")\(byte))",
        advice: "convert the text to UTF-8 (iconv), or \(origin == .model ? "train with" : "use") the tokenizer 'bytes'"
      )
    case .unknownScalar(let value, let offset):
      let line = firstLine - 1 + UTF8Text.line(bytes, at: offset)
      return DataError(
        "\(source), byte \(offset), line \(line)",
        "has the character \(UTF8Text.describe(value)), which the \(origin.name) does not have",
        advice: "leave it out, or train with the tokenizer 'bytes' or 'bpe', which know every character")
    case .stopped: return .stopped
    }
  }
}
