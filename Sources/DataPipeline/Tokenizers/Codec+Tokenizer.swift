import Configuration

extension Codec where Value == TokenizerSpecification {
  static var tokenizer: Codec {
    OneKeyForm(
      "characters, bytes or {bpe: VOCABULARY}", words: [("characters", .characters), ("bytes", .bytes)], key: "bpe",
      value: Codec<Int>.integer(atLeast: 257), make: { .bytePairs(vocabularySize: $0) },
      take: { if case .bytePairs(let size) = $0 { size } else { nil } }
    ).codec
  }
}
