/// The different words of a text as tokens, one after the other in one array.
struct BytePairWords {
  private var tokens: [Int32] = []
  private var ranges: [(start: Int, count: Int)] = []
  /// Number of times that the text has each.
  private var occurrences: [Int] = []

  /// Each byte a token.
  init(_ bytes: UnsafeRawBufferPointer, poll: () throws(DataError) -> Void) throws(DataError) {
    var table = WordTable(bytes)
    var splitter = WordSplitter(bytes)
    var nextPoll = 0
    while let range = splitter.next() {
      if range.lowerBound >= nextPoll {
        try poll()
        nextPoll += 1 << 16
      }
      let (number, isNew) = table.number(ofWordAt: range)
      if isNew {
        occurrences.append(0)
        ranges.append((tokens.count, range.count))
        for byte in bytes[range] { tokens.append(Int32(byte)) }
      }
      occurrences[number] += 1
    }
  }

  var count: Int { ranges.count }

  subscript(word: Int) -> ArraySlice<Int32> { tokens[ranges[word].start..<ranges[word].start + ranges[word].count] }

  func occurrences(of word: Int) -> Int { occurrences[word] }

  /// Replaces each occurrence of `pair` in a word by `token`, from the left. Adds the neighbours of the token: to `left` those
  /// before it, which may be the token itself; to `right` those after it, except the token.
  ///
  /// - Returns: Number of times that the token follows itself, in the whole text.
  mutating func replace(
    _ pair: BytePair, with token: Int32, in number: Int, left: inout NeighborCounts, right: inout NeighborCounts
  ) -> Int {
    let (start, count) = ranges[number]
    let weight = occurrences[number]
    var (to, between) = (0, 0)
    tokens.withUnsafeMutableBufferPointer { all in
      let word = UnsafeMutableBufferPointer(rebasing: all[start..<start + count])
      var from = 0
      var followsToken = false
      while from < count {
        let next = word[from]
        if next == pair.left, from + 1 < count, word[from + 1] == pair.right {
          if to > 0 { left.add(word[to - 1], weight, in: Int32(number)) }
          if followsToken { between += weight }
          word[to] = token
          from += 2
          followsToken = true
        } else {
          if followsToken { right.add(next, weight, in: Int32(number)) }
          word[to] = next
          from += 1
          followsToken = false
        }
        to += 1
      }
    }
    ranges[number].count = to
    return between
  }
}

/// The neighbours of a token: how often each occurs, and in which words.
struct NeighborCounts {
  struct Neighbor {
    var token: Int32
    var count: Int
    var words: [Int32]
  }

  private var neighbors: [Neighbor] = []
  /// Index of each token in `neighbors`; -1 for those that are not there.
  private var indices: [Int32] = []

  mutating func add(_ token: Int32, _ count: Int, in word: Int32) {
    if Int(token) >= indices.count {
      indices.append(contentsOf: repeatElement(-1, count: 2 * Int(token) + 1 - indices.count))
    }
    let index = Int(indices[Int(token)])
    if index < 0 {
      indices[Int(token)] = Int32(neighbors.count)
      neighbors.append(Neighbor(token: token, count: count, words: [word]))
    } else {
      neighbors[index].count += count
      if neighbors[index].words.last != word { neighbors[index].words.append(word) }
    }
  }

  /// Removes all neighbours, and returns them in the order in which they were added.
  mutating func takeAll() -> [Neighbor] {
    for neighbor in neighbors { indices[Int(neighbor.token)] = -1 }
    defer { neighbors = [] }
    return neighbors
  }
}
