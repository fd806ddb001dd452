/// Words and n-grams of words in texts that a model wrote, and how many of them occur in its training text.
///
/// A word is a sequence of letters, with apostrophes inside; case does not count. An n-gram is n words in a row, whatever
/// separates them. A word at the end of a text is left out, as it may be cut.
public struct TextStatistics: Sendable, Equatable {
  public struct Share: Sendable, Equatable {
    /// Occurrences in the generated texts.
    public var count = 0
    /// Number of those that occur in the training text.
    public var seen = 0

    /// Nil if there are none.
    public var share: Double? { count > 0 ? Double(seen) / Double(count) : nil }
  }

  /// Numbers of words of the n-grams.
  public static let lengths = 2...5

  public private(set) var words = Share()
  /// For each of `lengths`.
  public private(set) var ngrams = [Share](repeating: Share(), count: lengths.count)

  /// - Parameters:
  ///   - texts: Generated texts, each with the length of its prompt in bytes. Words that end within the prompt are not
  ///     counted; n-grams may begin there.
  ///   - training: UTF-8; it is read once, from its beginning to its end.
  public init(of texts: [(bytes: [UInt8], prompt: Int)], in training: UnsafeRawBufferPointer) {
    var written: [[UInt64]] = []
    // By length from 1; 64 bits tell words apart well enough to count them.
    var all = Set<UInt64>()
    var wanted = [Set<UInt64>](repeating: [], count: Self.lengths.upperBound)
    for text in texts {
      var history = WordHistory()
      text.bytes.withUnsafeBytes { bytes in
        WordScanner.scan(bytes) { word, end in
          history.append(word)
          all.insert(word)
          guard end > text.prompt, end < bytes.count else { return }
          written.append(history.hashes)
          for (index, hash) in history.hashes.enumerated() { wanted[index].insert(hash) }
        }
      }
    }
    var found = [Set<UInt64>](repeating: [], count: wanted.count)
    var history = WordHistory()
    WordScanner.scan(training) { word, _ in
      // No n-gram includes a word that was not generated.
      guard all.contains(word) else { return history.removeAll() }
      history.append(word)
      for (index, hash) in history.hashes.enumerated() where wanted[index].contains(hash) { found[index].insert(hash) }
    }
    for hashes in written {
      for (index, hash) in hashes.enumerated() {
        let seen = found[index].contains(hash) ? 1 : 0
        if index == 0 {
          words.count += 1
          words.seen += seen
        } else {
          ngrams[index - 1].count += 1
          ngrams[index - 1].seen += seen
        }
      }
    }
  }
}

/// Hashes of the last word, the last two, and so on.
private struct WordHistory {
  private(set) var hashes: [UInt64] = []
  private var words: [UInt64] = []

  mutating func append(_ word: UInt64) {
    words.append(word)
    if words.count > TextStatistics.lengths.upperBound { words.removeFirst() }
    hashes.removeAll(keepingCapacity: true)
    var hash: UInt64 = 0
    for word in words.reversed() {
      hash = (hash.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).high ^ hash &* 0x9E37_79B9_7F4A_7C15) &+ word
      hashes.append(hash)
    }
  }

  mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
  }
}

/// Finds words in UTF-8.
private enum WordScanner {
  /// - Parameter body: takes a word's hash (FNV-1a of its lower-case form) and where it ends.
  static func scan(_ bytes: UnsafeRawBufferPointer, _ body: (_ word: UInt64, _ end: Int) -> Void) {
    let start: UInt64 = 0xCBF2_9CE4_8422_2325
    var hash = start
    var isInWord = false
    var at = 0
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    while at < bytes.count {
      let length = max(1, UTF8Text.wellFormedLength(bytes, at: at))
      if isLetter(bytes, at: at) {
        lowercase(bytes, at: at, add)
        isInWord = true
      } else if isInWord, isApostrophe(bytes, at: at), at + length < bytes.count, isLetter(bytes, at: at + length) {
        add(UInt8(ascii: "'"))
      } else if isInWord {
        body(hash, at)
        (hash, isInWord) = (start, false)
      }
      at += length
    }
    if isInWord { body(hash, at) }
  }

  @inline(__always)
  private static func isLetter(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
    let byte = bytes[index]
    if byte < 0x80 { return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    guard let scalar = UTF8Text.scalar(bytes, at: index).flatMap({ Unicode.Scalar($0.value) }) else { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark:
      return true
    default: return false
    }
  }

  /// `'`, or the typographic one.
  private static func isApostrophe(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
    bytes[index] == UInt8(ascii: "'") || UTF8Text.scalar(bytes, at: index)?.value == 0x2019
  }

  @inline(__always)
  private static func lowercase(_ bytes: UnsafeRawBufferPointer, at index: Int, _ add: (UInt8) -> Void) {
    let byte = bytes[index]
    if byte < 0x80 { return add(byte | 0x20) }
    guard let scalar = UTF8Text.scalar(bytes, at: index).flatMap({ Unicode.Scalar($0.value) }) else { return }
    for byte in scalar.properties.lowercaseMapping.utf8 { add(byte) }
  }
}
