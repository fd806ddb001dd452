/// Cuts text into the words that byte-pair encoding works within, as GPT-2 does (Radford et al., 2019):
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
///
/// Bytes that are not UTF-8 count as punctuation. A word of more than `longest` bytes is cut, so that no text takes more than
/// linear time.
struct WordSplitter {
  static let longest = 256

  private enum Class: UInt8 { case letter, number, space, other }

  private static let asciiClasses: [Class] = (0..<128).map { byte in
    switch UInt8(byte) {
    case 0x09...0x0D, 0x20: .space
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): .letter
    default: .other
    }
  }

  private let bytes: UnsafeRawBufferPointer
  private let classes = Self.asciiClasses
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next word, as a range of the bytes; nil at the end.
  mutating func next() -> Range<Int>? {
    guard position < bytes.count else { return nil }
    let start = position
    let end = wordEnd(from: start)
    if end - start <= Self.longest {
      position = end
    } else {
      position = UTF8Text.boundary(bytes, atOrBefore: start + Self.longest)
      // Bytes that are not UTF-8 may have no boundary.
      if position <= start { position = start + Self.longest }
    }
    return start..<position
  }

  private func wordEnd(from start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = contractionEnd(from: start) { return end }
    let (first, length) = classify(at: start)
    if first != .space { return runEnd(of: first, from: start + length) }
    if bytes[start] == UInt8(ascii: " "), start + 1 < bytes.count {
      let (second, secondLength) = classify(at: start + 1)
      if second != .space { return runEnd(of: second, from: start + 1 + secondLength) }
    }
    // White space but for its last character, which may begin the next word; all of it at the end of the text.
    var last = start
    var end = start + length
    while end < bytes.count {
      let (kind, length) = classify(at: end)
      if kind != .space { return last > start ? last : end }
      // A word that is cut anyway need not be read to its end.
      if end - start > 2 * Self.longest { return end }
      last = end
      end += length
    }
    return end
  }

  private func contractionEnd(from start: Int) -> Int? {
    func byte(_ index: Int) -> UInt8 { start + index < bytes.count ? bytes[start + index] : 0 }
    switch (byte(1), byte(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  private func runEnd(of kind: Class, from start: Int) -> Int {
    var end = start
    // The same: a run that is cut need not be read to its end.
    let limit = start + 2 * Self.longest
    while end < bytes.count, end < limit {
      let (next, length) = classify(at: end)
      if next != kind { break }
      end += length
    }
    return end
  }

  @inline(__always)
  private func classify(at index: Int) -> (Class, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 { return (classes[Int(byte)], 1) }
    guard let (value, length) = UTF8Text.scalar(bytes, at: index), let scalar = Unicode.Scalar(value) else {
      return (.other, 1)
    }
    let properties = scalar.properties
    if properties.isWhitespace { return (.space, length) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return (.letter, length)
    case .decimalNumber, .letterNumber, .otherNumber: return (.number, length)
    default: return (.other, length)
    }
  }
}
