import Foundation
import Testing

@testable import DataPipeline

/// Byte-pair encoding against a slow reference here and an independent one in Python.
struct BytePairTests {
  private struct Golden: Decodable {
    var characters: Int
    var nasty: String
    var words: [String]
    var merges: [Int32]
    var tokens: [Int32]
  }

  private static func words(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.withUnsafeBytes { buffer in
      var splitter = WordSplitter(buffer)
      var words: [[UInt8]] = []
      while let range = splitter.next() { words.append(Array(buffer[range])) }
      return words
    }
  }

  /// Counts all pairs anew for each merge.
  private static func slowMerges(_ bytes: [UInt8], vocabularySize: Int) -> [BytePair] {
    var words = words(bytes).map { $0.map { Int32($0) } }
    var merges: [BytePair] = []
    while 256 + merges.count < vocabularySize {
      var counts: [BytePair: Int] = [:]
      for word in words {
        for pair in zip(word, word.dropFirst()) { counts[BytePair(pair.0, pair.1), default: 0] += 1 }
      }
      guard let most = counts.values.max(), most > 1, let pair = counts.filter({ $0.value == most }).keys.min() else {
        break
      }
      for index in words.indices { words[index].replace(pair, with: Int32(256 + merges.count)) }
      merges.append(pair)
    }
    return merges
  }

  private func train(_ bytes: [UInt8], _ size: Int) throws -> BytePairTokenizer {
    try bytes.withUnsafeBytes { try BytePairTokenizer(trainedOn: $0, vocabularySize: size) }
  }

  @Test func agreesWithPython() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Fixtures.resource("byte-pairs.json"))
    let novel = try FileContents.open(BundledData.novel()).withBytes { String(decoding: $0, as: UTF8.self) }
    let text = String(String.UnicodeScalarView(novel.unicodeScalars.prefix(golden.characters)))
    #expect(Self.words(Array(golden.nasty.utf8)).map { String(decoding: $0, as: UTF8.self) } == golden.words)
    let tokenizer = try train(Array((text + golden.nasty).utf8), 256 + golden.merges.count / 2)
    #expect(tokenizer.merges.flatMap { [$0.left, $0.right] } == golden.merges)
    let sample = golden.nasty + String(String.UnicodeScalarView(text.unicodeScalars.prefix(2000)))
    #expect(try tokenizer.encode(sample) == golden.tokens)
    #expect(tokenizer.decode(golden.tokens).elementsEqual(sample.utf8))
  }

  /// Few different bytes: long runs, overlapping pairs, ties, and words whose pairs come and go; words as long as they
  /// can be, where merges meet one another at every index.
  @Test(
    arguments: ["aab ", "abc  '1", "aé漢 .\n", "ACGT", "a", "ab", "一二三四五六七八九十", "aaaaaaab"], 0..<4)
  func agreesWithCountingAnew(alphabet: String, seed: Int) throws {
    var random = SystemlessRandom(state: UInt64(seed))
    let letters = alphabet.map { Array($0.utf8) }
    let bytes = (0..<700 + 151 * seed).flatMap { _ in letters[Int(random.next() % UInt64(letters.count))] }
    let tokenizer = try train(bytes, 400)
    #expect(tokenizer.merges == Self.slowMerges(bytes, vocabularySize: 400))
    expectMergesInTurn(bytes, by: tokenizer)
  }

  /// Real text, more merges than the others, and words that occur more than once.
  @Test func agreesWithCountingAnewOnTheNovel() throws {
    let bytes = try FileContents.open(BundledData.novel()).withBytes { Array($0.prefix(6000)) }
    let tokenizer = try train(bytes, 900)
    #expect(tokenizer.merges == Self.slowMerges(bytes, vocabularySize: 900))
    #expect(tokenizer.merges.count > 300)
    expectMergesInTurn(bytes, by: tokenizer)
  }

  /// Encoding a text gives what its words become when one merge after the other is applied to them.
  private func expectMergesInTurn(_ bytes: [UInt8], by tokenizer: BytePairTokenizer) {
    var expected: [Int32] = []
    for word in Self.words(bytes) {
      var tokens = word.map { Int32($0) }
      for (rank, pair) in tokenizer.merges.enumerated() { tokens.replace(pair, with: Int32(256 + rank)) }
      expected += tokens
    }
    var encoded: [Int32] = []
    #expect(throws: Never.self) { encoded = try bytes.withUnsafeBytes { try tokenizer.encode($0, from: "test") } }
    #expect(encoded == expected && tokenizer.decode(encoded) == bytes)
  }

  @Test func endsWhenNothingOccursTwice() throws {
    #expect(try train(Array("abcdefg".utf8), 300).vocabularySize == 256)
    #expect(try train([], 300).vocabularySize == 256)
    // ab, abab; then the word is one pair that occurs once.
    let tokenizer = try train(Array("abababab".utf8), 300)
    #expect(tokenizer.merges == [BytePair(97, 98), BytePair(256, 256)])
  }

  @Test func wordsAreNotLongerThanTheLimit() {
    for text in [
      String(repeating: "a", count: 5000), String(repeating: "漢", count: 3000), String(repeating: "\n", count: 999),
    ] {
      let words = Self.words(Array(text.utf8))
      #expect(words.joined().elementsEqual(text.utf8))
      #expect(words.allSatisfy { !$0.isEmpty && $0.count <= WordSplitter.longest })
      #expect(words.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    }
    // Bytes that are no text at all come back too.
    let noise = Fixtures.noise(4000) + [UInt8](repeating: 0x80, count: 1000)
    #expect(Self.words(noise).flatMap { $0 } == noise)
  }
}

/// SplitMix64 (Steele et al., 2014).
private struct SystemlessRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension [Int32] {
  /// The obvious way: puts `token` for each occurrence of `pair`, from the left.
  fileprivate mutating func replace(_ pair: BytePair, with token: Int32) {
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
