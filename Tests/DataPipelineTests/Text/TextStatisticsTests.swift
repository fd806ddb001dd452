import Foundation
import Testing

@testable import DataPipeline

/// How much of a written text stands in the training text.
@Suite struct TextStatisticsTests {
  private func statistics(_ texts: [(String, prompt: String)], in training: String) -> TextStatistics {
    Array(training.utf8).withUnsafeBytes { bytes in
      TextStatistics(of: texts.map { (Array($0.0.utf8), $0.prompt.utf8.count) }, in: bytes)
    }
  }

  private func counts(_ share: TextStatistics.Share) -> [Int] { [share.seen, share.count] }

  @Test func wordsAndSequencesAreCounted() {
    // Case and what stands between words do not count; "mat" may be cut.
    let found = statistics([("The cat sat; on THE mat", "")], in: "a cat sat on the\nrug. The mat")
    #expect(counts(found.words) == [5, 5])
    // "the cat" is new, "cat sat", "sat on", "on the" are not.
    #expect(found.ngrams.map(counts) == [[3, 4], [2, 3], [1, 2], [0, 1]])
    let new = statistics([("xyz cat xyz ", "")], in: "a cat")
    #expect(counts(new.words) == [1, 3] && new.words.share == 1.0 / 3)
    #expect(new.ngrams.map(counts) == [[0, 2], [0, 1], [0, 0], [0, 0]])
    #expect(new.ngrams[2].share == nil)
  }

  @Test func wordsMayHaveApostrophesAndAnyLetters() {
    #expect(counts(statistics([("don't ", "")], in: "don’t").words) == [1, 1])
    #expect(counts(statistics([("don't ", "")], in: "don t").words) == [0, 1])
    #expect(counts(statistics([("'ÄPFEL' ", "")], in: "äpfel").words) == [1, 1])
    #expect(counts(statistics([("12 -- ! ", "")], in: "12 -- !").words) == [0, 0])
  }

  @Test func thePromptIsNotMeasured() {
    // "one two" is the prompt; "twos" goes on from it.
    let found = statistics([("one twos three.", prompt: "one two")], in: "one twos five")
    #expect(counts(found.words) == [1, 2])
    #expect(counts(found.ngrams[0]) == [1, 2])
  }

  @Test func textsDoNotRunIntoEachOther() {
    let found = statistics([("a b ", ""), ("c d ", "")], in: "a b c d")
    #expect(counts(found.words) == [4, 4])
    #expect(found.ngrams.map(counts) == [[2, 2], [0, 0], [0, 0], [0, 0]])
  }

  /// A slow count with arrays of strings.
  @Test func sharesAreThoseOfASlowCount() {
    var state: UInt32 = 7
    func draw(_ bound: UInt32) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int((state >> 16) % bound)
    }
    let names = ["ab", "Ab", "ba", "c", "dd", "e"]
    let training = (0..<60).map { _ in names[draw(5)] }
    let written = (0..<40).map { _ in names[draw(6)] }
    let found = statistics([(written.joined(separator: " ") + "\n", "")], in: training.joined(separator: ", "))
    let (known, own) = (training.map { $0.lowercased() }, written.map { $0.lowercased() })
    for length in 1...5 {
      func windows(_ words: [String]) -> [[String]] {
        (0...words.count - length).map { Array(words[$0..<$0 + length]) }
      }
      let all = windows(known)
      let expected = [windows(own).count { all.contains($0) }, windows(own).count]
      #expect(counts(length == 1 ? found.words : found.ngrams[length - 2]) == expected, "\(length)")
    }
  }
}
