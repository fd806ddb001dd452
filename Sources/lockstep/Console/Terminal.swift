import Foundation
import MPICollectives
import Synchronization
import Training

/// Where a command prints: results and progress to standard output, trouble to standard error.
///
/// It remembers whether a line that is redrawn stands there, so that whatever comes next takes its place.
final class Terminal: Sendable {
  /// Whether a person looks at standard output, so that lines may be redrawn.
  let isInteractive: Bool
  private let output: Int32
  private let errors: Int32
  /// Whose size counts: where a launcher passes the output on, its terminal's.
  private let sizeDescriptor: Int32
  /// Whether another process redraws a line on the same terminal, as the first rank does on that of all ranks.
  private let isShared: Bool
  private let lineIsOpen = Atomic(false)

  static let standard = ofThisProcess()

  init(
    isInteractive: Bool, output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO, sizeDescriptor: Int32? = nil,
    isShared: Bool = false
  ) {
    (self.isInteractive, self.output, self.errors) = (isInteractive, output, errors)
    (self.sizeDescriptor, self.isShared) = (sizeDescriptor ?? output, isShared)
  }

  private static func ofThisProcess() -> Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { return Terminal(isInteractive: false) }
    guard let launcher = MPILauncher(environment: ProcessInfo.processInfo.environment) else {
      return Terminal(isInteractive: true)
    }
    let descriptor = LauncherOutput.openTerminal()
    return Terminal(
      isInteractive: descriptor != nil, sizeDescriptor: descriptor, isShared: descriptor != nil && launcher.rank != 0)
  }

  /// Columns; 80 where nothing says otherwise.
  var width: Int {
    var size = winsize()
    guard ioctl(sizeDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  func print(_ line: String) {
    clearLine()
    write(line + "\n", to: output)
  }

  func printError(_ line: String) {
    clearLine()
    write(line + "\n", to: errors)
  }

  /// Draws the current line anew.
  func redraw(_ line: String) {
    lineIsOpen.store(true, ordering: .relaxed)
    write(Self.erasure + line, to: output)
  }

  /// Removes the line that is redrawn, if one stands there.
  func clearLine() {
    if lineIsOpen.exchange(false, ordering: .relaxed) || isShared { write(Self.erasure, to: output) }
  }

  private static let erasure = "\r\u{1B}[K"

  /// Straight to the descriptor: nothing is left in a buffer when a run is killed.
  private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// Part of a text, which may end within a character.
  func write(bytes: [UInt8]) { bytes.withUnsafeBytes { write($0, to: output) } }

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
    value.isFinite ? String(format: "%.\(digits)f", value) : value.readable
  }

  static func percent(_ fraction: Double?) -> String {
    fraction.map { decimal($0 * 100, 2) + " %" } ?? "-"
  }

  /// Four significant digits, in scientific form where that is shorter: 0.1, 1.000e-05.
  static func significant(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : value.readable
  }

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
