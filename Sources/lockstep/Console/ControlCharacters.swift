/// Control characters, which a terminal takes for commands and which break the lines of a table.
enum ControlCharacters {
  /// `text` with � for each but those of `kept`.
  static func replaced(in text: String, but kept: [Unicode.Scalar] = []) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.properties.generalCategory == .control && !kept.contains(scalar) ? "\u{FFFD}" : scalar
        }))
  }
}

/// Writes text that comes in pieces, as a model or a person made it: byte for byte into a pipe or a file; on a terminal
/// with � for each control character but line ends and tabs.
struct TextWriter {
  private let terminal: Terminal
  private var last: UInt8 = 0

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// - Parameter bytes: may end within a character.
  mutating func write(_ bytes: [UInt8]) {
    terminal.write(bytes: terminal.isInteractive ? bytes.flatMap { shown($0) } : bytes)
  }

  /// Bytes below 0x80 are no part of a longer character. U+0080 to U+009F are 0xC2 and a second byte; without it the first
  /// is shown as � too.
  private mutating func shown(_ byte: UInt8) -> [UInt8] {
    defer { last = byte }
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return [byte]
    case 0..<0x20, 0x7F: return Self.replacement
    case 0x80...0x9F where last == 0xC2: return Self.replacement
    default: return [byte]
    }
  }

  private static let replacement = Array("\u{FFFD}".utf8)
}
