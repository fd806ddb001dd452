import PlainText

/// Reading scalars out of bytes in place; text files are mapped, and a String would copy them.
enum UTF8Text {
  /// The first byte that is not part of well-formed UTF-8 (Unicode 16, table 3-7), or nil.
  static func firstInvalidByte(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let count = bytes.count
    var at = 0
    while at < count {
      // ASCII, eight bytes at a time.
      while at + 8 <= count, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
        at += 8
      }
      guard at < count else { break }
      let length = wellFormedLength(bytes, at: at)
      guard length > 0 else { return at }
      at += length
    }
    return nil
  }

  /// Bytes of the byte order mark that a text begins with: it is no part of the text.
  static func markLength(_ bytes: some Sequence<UInt8>) -> Int { bytes.starts(with: mark) ? mark.count : 0 }

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The encoding that a text's byte order mark names, if it is not UTF-8.
  static func otherEncoding(_ bytes: UnsafeRawBufferPointer) -> String? {
    let start = Array(bytes.prefix(4))
    if start == [0xFF, 0xFE, 0, 0] || start == [0, 0, 0xFE, 0xFF] { return "UTF-32" }
    return start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) ? "UTF-16" : nil
  }

  /// Number of bytes of the scalar that begins at `at`; 0 if none begins there.
  @inline(__always)
  static func wellFormedLength(_ bytes: UnsafeRawBufferPointer, at: Int) -> Int {
    let first = bytes[at]
    if first < 0x80 { return 1 }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return 0 }
    for index in at + 2..<max(at + length, at + 2) where bytes[index] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// The scalar that begins at `at`, and its bytes; nil if none begins there.
  @inline(__always)
  static func scalar(_ bytes: UnsafeRawBufferPointer, at: Int) -> (value: UInt32, length: Int)? {
    let length = wellFormedLength(bytes, at: at)
    func tail(_ index: Int) -> UInt32 { UInt32(bytes[at + index] & 0x3F) }
    let first = UInt32(bytes[at])
    switch length {
    case 1: return (first, 1)
    case 2: return ((first & 0x1F) << 6 | tail(1), 2)
    case 3: return ((first & 0x0F) << 12 | tail(1) << 6 | tail(2), 3)
    case 4: return ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
    default: return nil
    }
  }

  /// `at`, or the beginning of the scalar that it lies in.
  static func boundary(_ bytes: UnsafeRawBufferPointer, atOrBefore at: Int) -> Int {
    // A scalar has at most three bytes behind its first; more of them are no UTF-8, and cut anywhere.
    for back in 0...3 where at >= back && at < bytes.count && bytes[at - back] & 0xC0 != 0x80 { return at - back }
    return at
  }

  /// Line of a byte, from 1.
  static func line(_ bytes: UnsafeRawBufferPointer, at: Int) -> Int {
    bytes[..<at].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
  }

  /// A scalar for a message: as itself where it can be seen, and by its number.
  static func describe(_ value: UInt32) -> String {
    let name = "U+" + value.hexadecimal(digits: 4).uppercased()
    guard let scalar = Unicode.Scalar(value) else { return name }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate, .spaceSeparator,
      .nonspacingMark, .enclosingMark:
      return name
    default: return "'\(Character(scalar))' (\(name))"
    }
  }
}
