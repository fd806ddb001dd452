import Foundation
import Testing

@testable import DataPipeline

/// Texts that a careless tokeniser would change.
let nastyTexts = [
  "", "a", "\u{0}", "a\u{0}b\r\nc\rd\n", "  two  spaces   three\t\ttabs \n\n", "'s 't 're I'll we've DON'T ''s '",
  "é e\u{301} \u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F1E9}\u{1F1EA}", "漢字かな交じり文、。３ Ⅷ ½ ²",
  "\u{FEFF}BOM\u{2028}line\u{2029}\u{85}\u{A0}nbsp \u{3000}wide",
  "\u{10FFFF}\u{E000}\u{FFFD}\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}",
  String(repeating: "a", count: 1000), String(repeating: "字", count: 500), String(repeating: " ", count: 1000) + "x",
  "x = 12345.678e-9; // code\n\tif (a<=b) { return -1; }\n",
]

/// Round trips, saved forms and what is said of text that a tokeniser does not know.
struct TokenizerTests {
  private static func tokenizers() throws -> [any Tokenizer] {
    let all = Array(nastyTexts.joined(separator: "\n").utf8)
    return try [.characters, .bytes, .bytePairs(vocabularySize: 300)].map { specification in
      try all.withUnsafeBytes { try Tokenizers.train(specification, on: $0, of: "test") }
    }
  }

  @Test func everyTextComesBackByteForByte() throws {
    for tokenizer in try Self.tokenizers() {
      for text in nastyTexts {
        let tokens = try tokenizer.encode(text)
        #expect(tokens.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
        #expect(tokenizer.decode(tokens) == Array(text.utf8))
      }
    }
  }

  @Test func everyScalarComesBack() throws {
    // All 1 112 064, in one text.
    let text = (0...0x10FFFF).compactMap { Unicode.Scalar(UInt32($0)) }.reduce(into: "") {
      $0.unicodeScalars.append($1)
    }
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { buffer in
      #expect(UTF8Text.firstInvalidByte(buffer) == nil)
      let characters = try CharacterTokenizer(trainedOn: buffer)
      #expect(characters.vocabularySize == 0x110000 - 0x800)
      let tokens = try characters.encode(buffer, from: "test")
      #expect(tokens == Array(0..<Int32(characters.vocabularySize)))
      #expect(characters.decode(tokens) == bytes)
      let pairs = BytePairTokenizer(merges: [BytePair(0xE4, 0xB8), BytePair(32, 97)])
      #expect(pairs.decode(try pairs.encode(buffer, from: "test")) == bytes)
    }
  }

  @Test func savedTokenizersAreTheSame() throws {
    for tokenizer in try Self.tokenizers() {
      let loaded = try Tokenizers.load(json: tokenizer.json)
      #expect(loaded.json == tokenizer.json && loaded.specification == tokenizer.specification)
      for text in nastyTexts { #expect(try loaded.encode(text) == tokenizer.encode(text)) }
    }
  }

  @Test(arguments: [
    "", "{}", #"{"tokenizer":"words"}"#, #"{"tokenizer":"characters"}"#, #"{"tokenizer":"characters","scalars":[2,1]}"#,
    #"{"tokenizer":"characters","scalars":[55296]}"#, #"{"tokenizer":"characters","scalars":[1114112]}"#,
    #"{"tokenizer":"bpe","merges":[1]}"#, #"{"tokenizer":"bpe","merges":[1,256]}"#,
    #"{"tokenizer":"bpe","merges":[1,-1]}"#, #"{"tokenizer":"bpe","merges":[1,2,1,2]}"#,
    #"{"tokenizer":"bpe","merges":["# + (0..<60).map { "\($0 + 255),\($0 + 255)" }.joined(separator: ",") + "]}",
  ])
  func aDamagedTokenizerIsRefused(json: String) {
    #expect(throws: DataError.self) { try Tokenizers.load(json: json, from: "checkpoint x") }
  }

  @Test func anUnknownCharacterIsNamedWithItsLocation() throws {
    let tokenizer = CharacterTokenizer(scalars: [10, 97, 98])
    #expect {
      try tokenizer.encode("ab\na\u{e9}", from: "the prompt")
    } throws: { error in
      "\(error)".hasPrefix(
        "the prompt, byte 4, line 2: has the character 'é' (U+00E9), which the training text does not")
    }
    #expect(throws: TokenizationError.unknownScalar(0x7F, offset: 1)) {
      try [97, 0x7F].withUnsafeBytes { try tokenizer.encode(UnsafeRawBufferPointer(rebasing: $0[..<1])) { _ in } }
      try [UInt8]([97, 0x7F]).withUnsafeBytes { try tokenizer.encode($0) { _ in } }
    }
    #expect(UTF8Text.describe(0x301) == "U+0301" && UTF8Text.describe(10) == "U+000A")
  }

  /// Overlong forms, surrogates, what is beyond the last scalar, and what is cut off.
  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
      [0xC3, 0x28],
      [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x9F, 0x98, 0x28],
    ] as [[UInt8]])
  func malformedUTF8IsFound(sequence: [UInt8]) {
    for prefix in [0, 1, 7, 8, 9, 16] {
      for suffix in [0, 1, 9] {
        let bytes = [UInt8](repeating: 97, count: prefix) + sequence + [UInt8](repeating: 98, count: suffix)
        #expect(bytes.withUnsafeBytes { UTF8Text.firstInvalidByte($0) } == prefix)
      }
    }
  }
}
