extension BytePairTokenizer {
  /// Learns merges until the vocabulary has `vocabularySize` tokens, or no pair occurs twice.
  ///
  /// - Parameter poll: Called often; an error that it throws ends the work.
  init(
    trainedOn bytes: UnsafeRawBufferPointer, vocabularySize: Int, poll: () throws(DataError) -> Void = {}
  ) throws(DataError) {
    var trainer = try BytePairTrainer(bytes, poll: poll)
    var merges: [BytePair] = []
    while 256 + merges.count < vocabularySize {
      guard let pair = try trainer.mergeMostFrequent(into: Int32(256 + merges.count), poll: poll) else { break }
      merges.append(pair)
    }
    self.init(merges: merges)
  }
}

/// Counts of neighbouring tokens over the different words of a text, updated with each merge. A merge reads only the words that
/// hold its pair, and changes only the counts of pairs beside it. Of equally frequent pairs, the smaller is merged first.
struct BytePairTrainer {
  private struct Pair {
    var pair: BytePair
    var count: Int
    /// Words that held the pair when it was seen in them; perhaps no longer.
    var words: [Int32]
  }

  /// A count as it was when it was put into the queue; true counts may have fallen since, never risen.
  private struct Candidate: Comparable {
    var count: Int
    var pair: BytePair
    var index: Int32

    static func < (a: Candidate, b: Candidate) -> Bool { a.count != b.count ? a.count > b.count : a.pair < b.pair }
  }

  private var words: BytePairWords
  private var pairs: [Pair] = []
  private var pairIndices: [BytePair: Int32] = [:]
  private var queue = PriorityQueue<Candidate>()
  private var left = NeighborCounts()
  private var right = NeighborCounts()

  /// Words between two calls of `poll`.
  private static let stride = 4096

  init(_ bytes: UnsafeRawBufferPointer, poll: () throws(DataError) -> Void) throws(DataError) {
    words = try BytePairWords(bytes, poll: poll)
    // The bytes that follow each byte.
    var followers = [NeighborCounts](repeating: NeighborCounts(), count: 256)
    for word in 0..<words.count {
      if word % Self.stride == 0 { try poll() }
      let tokens = words[word]
      for index in tokens.indices.dropFirst() {
        followers[Int(tokens[index - 1])].add(tokens[index], words.occurrences(of: word), in: Int32(word))
      }
    }
    for byte in followers.indices { addPairs(followers[byte].takeAll()) { BytePair(Int32(byte), $0) } }
  }

  /// Merges the pair that occurs most often, and returns it; nil when none occurs twice.
  mutating func mergeMostFrequent(
    into token: Int32, poll: () throws(DataError) -> Void
  ) throws(DataError) -> BytePair? {
    while let candidate = queue.removeFirst() {
      let index = Int(candidate.index)
      guard pairs[index].count == candidate.count else {
        enqueue(index)
        continue
      }
      let pair = candidate.pair
      var between = 0
      for (number, word) in pairs[index].words.enumerated() {
        if number % Self.stride == 0 { try poll() }
        between += words.replace(pair, with: token, in: Int(word), left: &left, right: &right)
      }
      pairs[index].words = []
      // A neighbour was beside a part of the pair, and is beside the token now.
      let (before, after) = (left.takeAll(), right.takeAll())
      for neighbor in before { remove(BytePair(neighbor.token, pair.left), neighbor.count) }
      for neighbor in after { remove(BytePair(pair.right, neighbor.token), neighbor.count) }
      remove(BytePair(pair.right, pair.left), between)
      pairs[index].count = 0
      addPairs(before) { BytePair($0, token) }
      addPairs(after) { BytePair(token, $0) }
      return pair
    }
    return nil
  }

  private mutating func enqueue(_ index: Int) {
    guard pairs[index].count > 1 else { return }
    queue.insert(Candidate(count: pairs[index].count, pair: pairs[index].pair, index: Int32(index)))
  }

  private mutating func remove(_ pair: BytePair, _ count: Int) {
    if let index = pairIndices[pair] { pairs[Int(index)].count -= count }
  }

  /// Adds new pairs. A pair that occurs once is left out: it is never merged, since counts only fall.
  private mutating func addPairs(_ neighbors: [NeighborCounts.Neighbor], _ pair: (Int32) -> BytePair) {
    for neighbor in neighbors where neighbor.count > 1 {
      let pair = pair(neighbor.token)
      pairIndices[pair] = Int32(pairs.count)
      pairs.append(Pair(pair: pair, count: neighbor.count, words: neighbor.words))
      enqueue(pairs.count - 1)
    }
  }
}
