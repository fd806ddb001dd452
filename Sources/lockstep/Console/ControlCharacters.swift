import Tensors

/// Control characters, which a terminal takes for commands and which break the lines of a table.
enum ControlCharacters {
  /// `text` with � for each but those of `kept`.
  static func replaced(in text: String, but kept: [Unicode.Scalar] = []) -> String {
    PrintableText.replacingControls(in: text, but: kept)
  }
}

/// Writes text that comes in pieces, as a model or a person made it: byte for byte into a pipe or a file; on a terminal
/// with � for each control character but line ends and tabs.
struct TextWriter {
  private let terminal: Terminal
  /// The two bytes before.
  private var last: (UInt8, UInt8) = (0, 0)

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// - Parameter bytes: may end within a character.
  mutating func write(_ bytes: [UInt8]) {
    terminal.write(bytes: terminal.isSeen ? bytes.flatMap { shown($0) } : bytes)
  }

  /// Bytes below 0x80 are no part of a longer character. U+0080 to U+009F are 0xC2 and a second byte, separators and changes of
  /// direction 0xE2 and two; what is left of them without the last byte is shown as � too.
  private mutating func shown(_ byte: UInt8) -> [UInt8] {
    defer { last = (last.1, byte) }
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return [byte]
    case 0..<0x20, 0x7F: return replacement
    case 0x20..<0x7F: return [byte]
    // One mark a character.
    case 0x80... where terminal.style.isASCII: return byte < 0xC0 ? [] : replacement
    case 0x80...0x9F where last.1 == 0xC2: return replacement
    case 0xA8...0xAE where last == (0xE2, 0x80): return replacement
    case 0xA6...0xA9 where last == (0xE2, 0x81): return replacement
    default: return [byte]
    }
  }

  private var replacement: [UInt8] { Array((terminal.style.isASCII ? "?" : "\u{FFFD}").utf8) }
}
