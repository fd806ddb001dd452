/// Text of others (names of files, classes, what a checkpoint or a model says) made fit to be shown.
///
/// A terminal takes control characters for commands, and marks that turn the direction of writing make a line say something
/// else than it holds.
package enum PrintableText {
  /// Whether showing `scalar` does more than show it: C0, DEL, C1, line and paragraph separators, changes of direction.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F: false
    case ..<0xA0: true
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `text` with � for each control character but those of `kept`.
  package static func replacingControls(in text: String, but kept: [Unicode.Scalar] = []) -> String {
    func isReplaced(_ scalar: Unicode.Scalar) -> Bool { isControl(scalar) && !kept.contains(scalar) }
    guard text.unicodeScalars.contains(where: isReplaced) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isReplaced($0) ? "\u{FFFD}" : $0 }))
  }
}

extension String {
  /// For messages of one line, which a name with a line end must not make two.
  package var onOneLine: String { PrintableText.replacingControls(in: self) }
}
