/// Two neighbouring tokens.
struct BytePair: Hashable, Comparable, Sendable {
  var left: Int32
  var right: Int32

  init(_ left: Int32, _ right: Int32) { (self.left, self.right) = (left, right) }

  static func < (a: BytePair, b: BytePair) -> Bool { (a.left, a.right) < (b.left, b.right) }
}

/// Byte-pair encoding over bytes (Sennrich et al., 2016; Radford et al., 2019): tokens 0 ..< 256 are the bytes, token
/// 256 + r is what merge r makes of two earlier ones. Merges stay within the words of `WordSplitter`.
public struct BytePairTokenizer: Tokenizer {
  /// In the order in which they were learned.
  let merges: [BytePair]
  private let ranks: [BytePair: Int32]
  /// The bytes of each token, one after the other; token t ends at `ends[t]`.
  private let tokenBytes: [UInt8]
  private let ends: [Int]

  init(merges: [BytePair]) {
    self.merges = merges
    var ranks: [BytePair: Int32] = [:]
    ranks.reserveCapacity(merges.count)
    var tokenBytes = (0..<256).map { UInt8($0) }
    var ends = Array(1...256)
    for (rank, pair) in merges.enumerated() {
      ranks[pair] = Int32(rank)
      for part in [Int(pair.left), Int(pair.right)] {
        tokenBytes.append(contentsOf: tokenBytes[(part == 0 ? 0 : ends[part - 1])..<ends[part]])
      }
      ends.append(tokenBytes.count)
    }
    (self.ranks, self.tokenBytes, self.ends) = (ranks, tokenBytes, ends)
  }

  public var specification: TokenizerSpecification { .bytePairs(vocabularySize: vocabularySize) }
  public var vocabularySize: Int { 256 + merges.count }
  public var json: String {
    #"{"tokenizer":"bpe","merges":["# + merges.map { "\($0.left),\($0.right)" }.joined(separator: ",") + "]}"
  }

  public func encode(
    _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) -> Void
  ) throws(TokenizationError) {
    var writer = TokenWriter()
    var splitter = WordSplitter(bytes)
    // Each word is encoded where it first occurs, and copied from then on; up to a limit on memory.
    var table = WordTable(bytes)
    var known: [Int32] = []
    var knownEnds: [Int] = []
    var word: [Int32] = []
    while let place = splitter.next() {
      if table.count >= Self.knownWords {
        table = WordTable(bytes)
        known.removeAll(keepingCapacity: true)
        knownEnds.removeAll(keepingCapacity: true)
      }
      let (number, isNew) = table.number(ofWordAt: place)
      if isNew {
        word.removeAll(keepingCapacity: true)
        for byte in bytes[place] { word.append(Int32(byte)) }
        merge(&word)
        known.append(contentsOf: word)
        knownEnds.append(known.count)
      }
      for index in (number == 0 ? 0 : knownEnds[number - 1])..<knownEnds[number] {
        writer.append(known[index], handOver)
      }
    }
    writer.flush(handOver)
  }

  private static let knownWords = 1 << 20

  /// Merges the pair that was learned first, wherever it occurs, until no pair is left that was learned.
  private func merge(_ word: inout [Int32]) {
    while word.count > 1 {
      var best = Int32.max
      for index in 0..<word.count - 1 {
        if let rank = ranks[BytePair(word[index], word[index + 1])], rank < best { best = rank }
      }
      guard best < Int32.max else { return }
      word.replace(merges[Int(best)], with: 256 + best)
    }
  }

  public func decode(_ token: Int32, into bytes: inout [UInt8]) {
    precondition(token >= 0 && token < vocabularySize, "token \(token) of \(vocabularySize)")
    let start = token == 0 ? 0 : ends[Int(token) - 1]
    bytes.append(contentsOf: tokenBytes[start..<ends[Int(token)]])
  }
}

extension [Int32] {
  /// Puts `token` for each occurrence of `pair`, from the left.
  mutating func replace(_ pair: BytePair, with token: Int32) {
    var to = 0
    var from = 0
    while from < count {
      if from + 1 < count, self[from] == pair.left, self[from + 1] == pair.right {
        self[to] = token
        from += 2
      } else {
        self[to] = self[from]
        from += 1
      }
      to += 1
    }
    removeLast(count - to)
  }
}
