extension String {
  /// The text with spaces behind it, `width` characters in all; unchanged if it is longer.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// The text with `filler` before it, `width` characters in all; unchanged if it is longer.
  package func leftPadded(to width: Int, with filler: Character = " ") -> String {
    String(repeating: filler, count: max(0, width - count)) + self
  }
}
