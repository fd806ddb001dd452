/// Finds the first occurrence of a text in bytes that come piece by piece.
struct StopText {
  private let text: [UInt8]
  /// The last bytes so far, one less than a match has, where a match can begin.
  private var tail: [UInt8] = []

  /// - Parameter text: An empty text is never found.
  init(_ text: [UInt8]) { self.text = text }

  /// - Returns: Number of bytes of the piece up to the match's end; nil if no match ends in it.
  mutating func end(in piece: [UInt8]) -> Int? {
    guard !text.isEmpty else { return nil }
    let seen = tail + piece
    // Earlier bytes have no match, so one can end only in this piece.
    for end in stride(from: text.count, through: seen.count, by: 1) where seen[..<end].suffix(text.count) == text[...] {
      return end - tail.count
    }
    tail = Array(seen.suffix(text.count - 1))
    return nil
  }
}
