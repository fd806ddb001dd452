import PlainText

/// Abilities of a terminal and of its encoding.
struct TerminalStyle: Equatable {
  /// Whether characters beyond ASCII are replaced.
  var isASCII = false
  /// Whether a line can be redrawn.
  var redraws = true
  /// Whether to avoid escapes (to erase a line) and block characters (to draw bars).
  var isPlain = false

  static let full = TerminalStyle()

  /// - Parameter environment: `TERM=dumb` redraws nothing; `NO_COLOR` (no-color.org) and a locale of another encoding than
  ///   UTF-8 take away escapes and block characters. If no variable names a locale, as in many containers, UTF-8 is assumed.
  init(environment: [String: String]) {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let encoding = (locale ?? "UTF-8").lowercased()
    isASCII = !encoding.contains("utf-8") && !encoding.contains("utf8")
    redraws = environment["TERM"] != "dumb"
    isPlain = isASCII || !redraws || !(environment["NO_COLOR"] ?? "").isEmpty
  }

  private init() {}

  /// The characters of a bar, for the part that is done and the part that is left.
  var bar: (done: String, left: String) { isPlain ? ("#", "-") : ("█", "░") }

  /// `text` without control characters, and in ASCII if the terminal requires it.
  func shown(_ text: String) -> String {
    let clean = PrintableText.replacingControls(in: text, but: ["\n", "\t"])
    return isASCII ? Self.ascii(clean) : clean
  }

  /// JSON, which has an escape for every character.
  func shown(json text: String) -> String {
    guard isASCII, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    return text.unicodeScalars.map { scalar in
      scalar.isASCII
        ? String(scalar)
        : String(scalar).utf16.map { "\\u" + $0.hexadecimal(digits: 4) }.joined()
    }.joined()
  }

  private static func ascii(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    return text.unicodeScalars.map { $0.isASCII ? String($0) : substitutes[$0] ?? "?" }.joined()
  }

  /// Replacements for the non-ASCII characters of our own texts; all others become question marks. Never iterated.
  private static let substitutes: [Unicode.Scalar: String] = [
    "×": "x", "→": "->", "←": "<-", "·": "*", "…": "...", "–": "-", "—": "-", "−": "-", "≥": ">=", "≤": "<=", "±": "+-",
    "β": "beta", "σ": "sigma", "μ": "mu", "η": "eta", "ε": "epsilon", "λ": "lambda", "⁻": "^-", "⁶": "^6", "⁴": "^4",
    "₁": "1", "₂": "2", "²": "^2", "³": "^3", "ᵗ": "^t", "█": "#", "░": "-", "●": "*", "“": "\"", "”": "\"", "’": "'",
    "é": "e", "∈": "in", "√": "sqrt", "Σ": "sum",
  ]
}
