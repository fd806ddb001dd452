import Foundation

/// Where a command prints: results and progress to standard output, trouble to standard error.
struct Terminal: Sendable {
  /// Whether a person looks at standard output, so that lines may be redrawn.
  let isInteractive: Bool

  static let standard = Terminal(isInteractive: isatty(STDOUT_FILENO) == 1)

  /// Columns; 80 where nothing says otherwise.
  var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }
  func printError(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Redraws the current line.
  func redraw(_ line: String) { write("\r\u{1B}[K" + line, to: STDOUT_FILENO) }
  func clearLine() { write("\r\u{1B}[K", to: STDOUT_FILENO) }

  /// Straight to the descriptor: nothing is left in a buffer when a run is killed.
  private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// Part of a text, which may end within a character.
  func write(bytes: [UInt8]) { bytes.withUnsafeBytes { write($0, to: STDOUT_FILENO) } }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      } else if errno != EINTR {
        return
      }
    }
  }
}

/// Numbers as people read them.
enum Format {
  static func decimal(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : "\(value)"
  }

  static func percent(_ fraction: Double?) -> String {
    fraction.map { decimal($0 * 100, 2) + " %" } ?? "-"
  }

  /// Four significant digits, in scientific form where that is shorter: 0.1, 1.000e-05.
  static func significant(_ value: Double) -> String { String(format: "%.4g", value) }

  static func count(_ value: Int) -> String {
    switch value {
    case ..<10_000: "\(value)"
    case ..<1_000_000: decimal(Double(value) / 1e3, 1) + "k"
    case ..<1_000_000_000: decimal(Double(value) / 1e6, 2) + "M"
    default: decimal(Double(value) / 1e9, 2) + "G"
    }
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "-" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return decimal(seconds, seconds < 10 ? 1 : 0) + " s"
    case ..<3600: return String(format: "%d:%02d min", whole / 60, whole % 60)
    default: return String(format: "%d:%02d h", whole / 3600, whole % 3600 / 60)
    }
  }
}
