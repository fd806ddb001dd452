/// Makes text from outside (names of files and classes, text in a checkpoint or of a model) safe to print.
///
/// A terminal takes control characters for commands, and marks that change the direction of writing make a line look different
/// from its content.
package enum PrintableText {
  /// Whether printing `scalar` has side effects: C0, DEL, C1, line and paragraph separators, changes of direction.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F: false
    case ..<0xA0: true
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `text` with � instead of each control character except those in `kept`.
  package static func replacingControls(in text: String, but kept: [Unicode.Scalar] = []) -> String {
    func isReplaced(_ scalar: Unicode.Scalar) -> Bool { isControl(scalar) && !kept.contains(scalar) }
    guard text.unicodeScalars.contains(where: isReplaced) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isReplaced($0) ? "\u{FFFD}" : $0 }))
  }
}

extension String {
  /// The text on one line, for messages: line ends in names are replaced too.
  package var onOneLine: String { PrintableText.replacingControls(in: self) }
}
