extension BytePairTokenizer {
  /// Learns merges until the vocabulary has `vocabularySize` tokens, or no pair occurs twice.
  init(trainedOn bytes: UnsafeRawBufferPointer, vocabularySize: Int) {
    var trainer = BytePairTrainer(bytes)
    var merges: [BytePair] = []
    while 256 + merges.count < vocabularySize, let pair = trainer.mergeMostFrequent(into: Int32(256 + merges.count)) {
      merges.append(pair)
    }
    self.init(merges: merges)
  }
}

/// Counts of neighbouring tokens over the different words of a text, kept up to date from merge to merge: a merge
/// looks at the words that hold its pair alone. Of pairs that occur equally often the smaller one is merged first.
struct BytePairTrainer {
  private struct Pair {
    var pair: BytePair
    var count = 0
    /// Words that held the pair when it was seen in them; perhaps no longer.
    var words: [Int32] = []
  }

  /// A count as it was when it was put into the queue; true counts may have fallen since, never risen.
  private struct Candidate: Comparable {
    var count: Int
    var pair: BytePair
    var index: Int32

    static func < (a: Candidate, b: Candidate) -> Bool { a.count != b.count ? a.count > b.count : a.pair < b.pair }
  }

  private var words: [[Int32]] = []
  private var wordCounts: [Int] = []
  private var pairs: [Pair] = []
  private var pairIndices: [BytePair: Int32] = [:]
  private var queue = PriorityQueue<Candidate>()

  init(_ bytes: UnsafeRawBufferPointer) {
    var table = WordTable(bytes)
    var splitter = WordSplitter(bytes)
    while let place = splitter.next() {
      let (number, isNew) = table.number(ofWordAt: place)
      if isNew { wordCounts.append(0) }
      wordCounts[number] += 1
    }
    words = table.places.map { bytes[$0].map { Int32($0) } }
    for word in words.indices { addPairs(of: word) { _ in true } }
    for index in pairs.indices { enqueue(index) }
  }

  /// Merges the pair that occurs most often, and returns it; nil when none occurs twice.
  mutating func mergeMostFrequent(into token: Int32) -> BytePair? {
    while let candidate = queue.removeFirst() {
      let index = Int(candidate.index)
      guard pairs[index].count == candidate.count else {
        enqueue(index)
        continue
      }
      guard candidate.count > 1 else { return nil }
      let holders = pairs[index].words
      pairs[index].words = []
      let firstNew = pairs.count
      for holder in holders {
        let word = Int(holder)
        guard words[word].holds(candidate.pair) else { continue }
        removePairs(of: word)
        words[word].replace(candidate.pair, with: token)
        addPairs(of: word) { $0.left == token || $0.right == token }
      }
      for index in firstNew..<pairs.count { enqueue(index) }
      return candidate.pair
    }
    return nil
  }

  private mutating func enqueue(_ index: Int) {
    guard pairs[index].count > 0 else { return }
    queue.insert(Candidate(count: pairs[index].count, pair: pairs[index].pair, index: Int32(index)))
  }

  private mutating func removePairs(of word: Int) {
    for place in 0..<words[word].count - 1 {
      guard let index = pairIndices[BytePair(words[word][place], words[word][place + 1])] else { continue }
      pairs[Int(index)].count -= wordCounts[word]
    }
  }

  /// - Parameter isNew: whether the word has to be noted as a holder of the pair.
  private mutating func addPairs(of word: Int, isNew: (BytePair) -> Bool) {
    for place in 0..<max(0, words[word].count - 1) {
      let pair = BytePair(words[word][place], words[word][place + 1])
      let index: Int
      if let known = pairIndices[pair] {
        index = Int(known)
      } else {
        index = pairs.count
        pairIndices[pair] = Int32(index)
        pairs.append(Pair(pair: pair))
      }
      pairs[index].count += wordCounts[word]
      if isNew(pair), pairs[index].words.last != Int32(word) { pairs[index].words.append(Int32(word)) }
    }
  }
}

extension [Int32] {
  fileprivate func holds(_ pair: BytePair) -> Bool {
    for place in indices.dropLast() where self[place] == pair.left && self[place + 1] == pair.right { return true }
    return false
  }
}
