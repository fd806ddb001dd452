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
    _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var writer = TokenWriter()
    var splitter = WordSplitter(bytes)
    // Each word is encoded where it first occurs, and copied from then on; up to a limit on memory.
    var table = WordTable(bytes)
    var known: [Int32] = []
    var knownEnds: [Int] = []
    var word: [Int32] = []
    var pairRanks: [Int32] = []
    while let range = splitter.next() {
      if table.count >= Self.knownWords {
        table = WordTable(bytes)
        known.removeAll(keepingCapacity: true)
        knownEnds.removeAll(keepingCapacity: true)
      }
      let (number, isNew) = table.number(ofWordAt: range)
      if isNew {
        word.removeAll(keepingCapacity: true)
        for byte in bytes[range] { word.append(Int32(byte)) }
        merge(&word, &pairRanks)
        known.append(contentsOf: word)
        knownEnds.append(known.count)
      }
      for index in (number == 0 ? 0 : knownEnds[number - 1])..<knownEnds[number] {
        try writer.append(known[index], handOver)
      }
    }
    try writer.flush(handOver)
  }

  private static let knownWords = 1 << 20

  /// Merges the pair that was learned first, wherever it occurs, until no pair is left that was learned.
  ///
  /// One pair at a time, the leftmost first: that gives the same, since a pair that holds a new token was learned later.
  /// - Parameter pairRanks: memory for the rank of the pair that begins at each index.
  private func merge(_ word: inout [Int32], _ pairRanks: inout [Int32]) {
    pairRanks.removeAll(keepingCapacity: true)
    for index in word.indices.dropFirst() { pairRanks.append(rank(word[index - 1], word[index])) }
    while let best = pairRanks.min(), best < Self.notLearned, let index = pairRanks.firstIndex(of: best) {
      word[index] = 256 + best
      word.remove(at: index + 1)
      pairRanks.remove(at: index)
      if index > 0 { pairRanks[index - 1] = rank(word[index - 1], word[index]) }
      if index < pairRanks.count { pairRanks[index] = rank(word[index], word[index + 1]) }
    }
  }

  private static let notLearned = Int32.max

  private func rank(_ left: Int32, _ right: Int32) -> Int32 { ranks[BytePair(left, right)] ?? Self.notLearned }

  public func decode(_ token: Int32, into bytes: inout [UInt8]) {
    precondition(token >= 0 && token < vocabularySize, "token \(token) of \(vocabularySize)")
    let start = token == 0 ? 0 : ends[Int(token) - 1]
    bytes.append(contentsOf: tokenBytes[start..<ends[Int(token)]])
  }
}
