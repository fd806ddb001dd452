extension TextSplit {
  /// Size of the text that the predicted tokens, all but the first, stand for.
  public struct Size: Sendable, Equatable {
    public var bytes = 0
    /// Unicode scalars; nil if the text is not UTF-8.
    public var characters: Int?
  }

  /// - Parameter tokenizer: The tokeniser of the text.
  public func predictedSize(_ tokenizer: any Tokenizer) -> Size {
    // For each token, its bytes, and how many of them begin a character: a token may be part of one.
    let pieces = (0..<tokenizer.vocabularySize).map { tokenizer.decode([Int32($0)]) }
    let sizes = pieces.map { ($0.count, $0.count { $0 & 0xC0 != 0x80 }) }
    var (bytes, characters) = (0, 0)
    var check = UTF8Check()
    let mayBeOther = tokenizer.specification == .bytes
    forEachToken { index, token in
      if mayBeOther { check.append(pieces[Int(token)]) }
      guard index > 0 else { return }
      bytes += sizes[Int(token)].0
      characters += sizes[Int(token)].1
    }
    return Size(bytes: bytes, characters: check.isWellFormedToItsEnd ? characters : nil)
  }

  private func forEachToken(_ body: (_ index: Int, Int32) -> Void) {
    var piece = [Int32](repeating: 0, count: min(tokens.count, 1 << 16))
    for start in stride(from: 0, to: tokens.count, by: piece.count) {
      let end = min(tokens.count, start + piece.count)
      piece.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { tokens.copy(start..<end, to: base) } }
      for index in start..<end { body(index, piece[index - start]) }
    }
  }
}
