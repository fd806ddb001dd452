import PlainText

/// Text and numbers inside a picture.
enum SVGText {
  static func element(
    _ text: String, x: Int, y: Int, style: String? = nil, anchor: String? = nil
  ) -> String {
    let attributes =
      (style.map { #" class="\#($0)""# } ?? "") + (anchor.map { #" text-anchor="\#($0)""# } ?? "")
    return #"<text x="\#(x)" y="\#(y)"\#(attributes)>\#(escaped(text))</text>"#
  }

  /// Escapes characters that have a meaning in XML, and replaces those that it forbids.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in PrintableText.replacingControls(in: text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A name that fits on one line of the legend.
  static func shortened(_ name: String) -> String { name.count > 88 ? "…" + name.suffix(87) : name }

  /// A coordinate with one decimal, at most. `String(format:)` would take most of the time of drawing.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }
}
