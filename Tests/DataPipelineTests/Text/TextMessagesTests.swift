import Files
import Testing

@testable import DataPipeline

/// Messages about texts that do not fit their tokeniser or their splits.
@Suite struct TextMessagesTests {
  private static let text = String(repeating: "to be or not to be\n", count: 30)

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("a character that a trained model does not know is not blamed on the splits, which cannot be chosen then")
  func unknownToAModel() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let tokenizer = try TextCorpus.open(path, tokenizer: .trained(.characters), caching: false).tokenizer
    // In the training split, and in the validation split.
    for (start, location) in [("K", "byte 0, line 1"), (Self.text + "K", "byte 570, line 31")] {
      let other = try folder.write((start + "to be").utf8, to: "other.txt")
      let found = message { _ = try TextCorpus.open(other, tokenizer: .given(tokenizer), caching: false) }
      #expect(
        found
          == "\(other), \(location): has the character 'K' (U+004B), which the model's vocabulary does not have; leave it out, or "
          + "train with the tokenizer 'bytes' or 'bpe', which know every character")
    }
    let latin = try folder.write([0x62, 0xE9], to: "latin.txt")
    #expect(
      message { _ = try TextCorpus.open(latin, tokenizer: .given(tokenizer), caching: false) }
        .hasSuffix("(0xE9); convert the text to UTF-8 (iconv), or train with the tokenizer 'bytes'"))
  }

  @Test("the same of labelled lines")
  func unknownToAClassifier() throws {
    let folder = try TemporaryFolder()
    func lines(_ text: String) throws -> LabelledTextSpecification {
      var lines = LabelledTextSpecification(path: try folder.write(text.utf8, to: "lines.tsv"), format: .tsv)
      lines.validation = .none
      return lines
    }
    let known = try lines("ab\tx\nba\ty\n")
    let tokenizer = try LabelledTextDataset.open(known, tokenizer: .trained(.characters)).tokenizer
    let other = try lines("ab\tx\nbK\ty\n")
    let found = message { _ = try LabelledTextDataset.open(other, tokenizer: .given(tokenizer)) }
    #expect(found.contains("line 2: has the character 'K' (U+004B), which the model's vocabulary does not have"))
  }

  @Test("bytes that are no text are refused by every tokeniser but that of bytes")
  func bytesThatAreNoText() throws {
    let bytes: [UInt8] = [0x62, 0xFF]
    func encode(_ kind: TokenizerSpecification) throws -> [Int32] {
      let text = Array(Self.text.utf8)
      let tokenizer = try text.withTypedBytes { training throws(DataError) in
        try Tokenizers.train(kind, on: training, of: "text")
      }
      return try bytes.withTypedBytes { bytes throws(DataError) in
        try tokenizer.encode(bytes, from: "the prompt", origin: .model)
      }
    }
    #expect(try encode(.bytes) == [0x62, 0xFF])
    for kind in [TokenizerSpecification.characters, .bytePairs(vocabularySize: 260)] {
      #expect(message { _ = try encode(kind) }.hasPrefix("the prompt, byte 1, line 1: is not UTF-8 (0xFF); "))
    }
  }

  private func splits(_ text: String, _ change: (inout DatasetSpecification) -> Void) throws -> DatasetSplits {
    let folder = try TemporaryFolder()
    var specification = DatasetSpecification.text()
    specification.path = try folder.write(text.utf8, to: "text.txt")
    change(&specification)
    return try DatasetSplits.open(specification, seed: 3)
  }

  @Test("a split that is too short is named")
  func shortSplits() {
    func error(_ change: (inout DatasetSpecification) -> Void) -> String {
      message { _ = try splits("aaaaaaaaaa", change) }
    }
    #expect(error { $0.validation = .fraction(0.1) }.contains("text.txt: has 1 token in its validation split; "))
    func tested(_ share: Double) -> TextFile {
      var text = TextSpecification()
      text.test = share
      return TextFile(text)
    }
    #expect(error { $0.settings = tested(0.1) }.contains("text.txt: has 1 token in its test split; "))
    #expect(error { $0.settings = tested(0.89) }.contains("text.txt: has 1 token in its training split; "))
  }

  @Test("a vocabulary that came out smaller than asked for is said, where it is learned")
  func smallerVocabulary() throws {
    func notes(_ size: Int, given tokenizer: (any Tokenizer)? = nil) throws -> [String] {
      let folder = try TemporaryFolder()
      var text = TextSpecification()
      text.tokenizer = .bytePairs(vocabularySize: size)
      var specification = DatasetSpecification.text(text)
      specification.path = try folder.write("abcabcabd".utf8, to: "text.txt")
      return try DatasetSplits.open(specification, seed: 3, tokenizer: tokenizer).notes
    }
    // a+b occurs three times, ab+c twice; no other pair does.
    let note =
      "data.tokenizer asks for a vocabulary of 300, but with 258 no pair is left that the training split has twice: the model "
      + "has 258 tokens"
    #expect(try notes(300) == [note])
    #expect(try notes(258).isEmpty)
    #expect(try notes(300, given: ByteTokenizer()).isEmpty)

    let folder = try TemporaryFolder()
    var settings = LabelledTextSettings()
    settings.tokenizer = .bytePairs(vocabularySize: 300)
    var lines = DatasetSpecification(settings)
    lines.path = try folder.write("abc\tx\nabc\ty\nabd\tx\n".utf8, to: "lines.tsv")
    #expect(try DatasetSplits.open(lines, seed: 3).notes == [note])
  }
}
