/// Finds the first occurrence of a text in bytes that come piece by piece.
struct StopText {
  private let text: [UInt8]
  /// The last bytes that came, one less than a match has: as much as can begin one.
  private var tail: [UInt8] = []

  /// - Parameter text: Empty is never found.
  init(_ text: [UInt8]) { self.text = text }

  /// - Returns: bytes of the piece up to the match's end; nil where the match does not end in it.
  mutating func end(in piece: [UInt8]) -> Int? {
    guard !text.isEmpty else { return nil }
    let seen = tail + piece
    // The text before has no match, so one ends in the piece, if anywhere.
    for end in stride(from: text.count, through: seen.count, by: 1) where seen[..<end].suffix(text.count) == text[...] {
      return end - tail.count
    }
    tail = Array(seen.suffix(text.count - 1))
    return nil
  }
}
