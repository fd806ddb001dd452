/// Writes text that comes in pieces: byte for byte into a pipe or a file; to a terminal with � instead of each control character
/// except line ends and tabs.
struct TextWriter {
  private let terminal: Terminal
  /// The two previous bytes.
  private var last: (UInt8, UInt8) = (0, 0)

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// - Parameter bytes: May end within a character.
  mutating func write(_ bytes: [UInt8]) {
    terminal.write(bytes: terminal.isSeen ? bytes.flatMap { shown($0) } : bytes)
  }

  /// Bytes below 0x80 are never part of a longer character. U+0080 to U+009F are 0xC2 and one more byte; separators and changes
  /// of direction are 0xE2 and two more. If their last byte is missing, � is written too.
  private mutating func shown(_ byte: UInt8) -> [UInt8] {
    defer { last = (last.1, byte) }
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return [byte]
    case 0..<0x20, 0x7F: return replacement
    case 0x20..<0x7F: return [byte]
    // One replacement for each character.
    case 0x80... where terminal.style.isASCII: return byte < 0xC0 ? [] : replacement
    case 0x80...0x9F where last.1 == 0xC2: return replacement
    case 0xA8...0xAE where last == (0xE2, 0x80): return replacement
    case 0xA6...0xA9 where last == (0xE2, 0x81): return replacement
    default: return [byte]
    }
  }

  private var replacement: [UInt8] { Array((terminal.style.isASCII ? "?" : "\u{FFFD}").utf8) }
}
