import Foundation
import MPICollectives
import PlainText
import Synchronization
import Training

/// Output of a command: results and progress on standard output, errors and warnings on standard error.
///
/// Text from outside, such as file names or words in a checkpoint, is printed without control characters; this class alone
/// removes them.
///
/// It remembers whether a progress line is on the screen, so that the next line replaces it.
final class Terminal: Sendable {
  /// Whether standard output is a terminal that can redraw lines.
  let isInteractive: Bool
  /// Whether standard output is a terminal, even one that cannot redraw lines.
  let isSeen: Bool
  let style: TerminalStyle
  private let output: Int32
  private let errors: Int32
  /// The terminal whose size counts: under a launcher, the launcher's.
  private let sizeDescriptor: Int32
  /// Whether another process redraws a line on the same terminal, as rank 0 does for all ranks.
  private let isShared: Bool
  private let lineIsOpen = Atomic(false)
  /// Queues that keep printing from blocking; nil before `neverWait`.
  private let queues = Mutex<(output: OutputQueue, errors: OutputQueue)?>(nil)
  /// Called with the error code when standard output can no longer be written, unless there are queues.
  private let outputFailed: (@Sendable (Int32) -> Void)?

  static let standard = ofThisProcess()

  init(
    isInteractive: Bool, output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO, sizeDescriptor: Int32? = nil,
    isShared: Bool = false, style: TerminalStyle = .full, outputFailed: (@Sendable (Int32) -> Void)? = nil
  ) {
    (self.style, self.outputFailed, self.isSeen) = (style, outputFailed, isInteractive)
    (self.isInteractive, self.output, self.errors) = (isInteractive && style.redraws, output, errors)
    (self.sizeDescriptor, self.isShared) = (sizeDescriptor ?? output, isShared)
  }

  /// Messages and progress of a command whose standard output holds its rows: all on standard error.
  ///
  /// - Parameter rowsAreSeen: Whether the rows go to a terminal, among which a progress line would be lost.
  static func besideRows(rowsAreSeen: Bool) -> Terminal {
    Terminal(
      isInteractive: isatty(STDERR_FILENO) == 1 && !rowsAreSeen, output: STDERR_FILENO,
      style: TerminalStyle(environment: ProcessInfo.processInfo.environment))
  }

  private static func ofThisProcess() -> Terminal {
    let environment = ProcessInfo.processInfo.environment
    let launcher = MPILauncher(environment: environment)
    let style = TerminalStyle(environment: environment)
    // A rank must not end because nobody reads its output: the others wait for it.
    let outputFailed = launcher == nil ? endWithoutOutput : nil
    guard isatty(STDOUT_FILENO) == 1 else {
      return Terminal(isInteractive: false, style: style, outputFailed: outputFailed)
    }
    guard let launcher else { return Terminal(isInteractive: true, style: style, outputFailed: outputFailed) }
    let descriptor = LauncherOutput.openTerminal()
    return Terminal(
      isInteractive: descriptor != nil, sizeDescriptor: descriptor, isShared: descriptor != nil && launcher.rank != 0,
      style: style)
  }

  /// Ends a command whose output is its result when that cannot be written: quietly, as is usual, if the reader has closed the
  /// pipe (`| head`).
  private static let endWithoutOutput: @Sendable (Int32) -> Void = { code in
    if code == EPIPE { _exit(128 + SIGPIPE) }
    let text = Array("error: cannot write the output: \(String(cString: strerror(code)))\n".utf8)
    text.withUnsafeBytes { _ = DescriptorOutput.write($0, to: STDERR_FILENO) }
    _exit(1)
  }

  /// From now on printing neither waits for the reader nor ends the process if there is none, so that a run's steps go on.
  /// Call `flush` at the end.
  func neverWait() {
    let errorQueue = OutputQueue(errors)
    let outputQueue =
      Self.areOneFile(output, errors)
      ? errorQueue
      : OutputQueue(output) { code in
        guard code != EPIPE else { return }
        let reason = String(cString: strerror(code))
        errorQueue.put("warning: standard output cannot be written: \(reason); the run goes on\n".utf8)
      }
    queues.withLock { $0 = $0 ?? (outputQueue, errorQueue) }
  }

  /// Waits for queued output to be written, while its reader makes progress.
  func flush() {
    guard let queues = queues.withLock({ $0 }) else { return }
    queues.output.flush()
    if queues.errors !== queues.output { queues.errors.flush() }
  }

  /// Whether both lead to the same file, such as one terminal: then the order of their output must be kept.
  private static func areOneFile(_ a: Int32, _ b: Int32) -> Bool {
    var (first, second) = (stat(), stat())
    guard fstat(a, &first) == 0, fstat(b, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// Columns; 80 if unknown.
  var width: Int {
    var size = winsize()
    guard ioctl(sizeDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  func print(_ line: String) {
    clearLine()
    write(style.shown(line) + "\n", to: output)
  }

  /// Prints JSON for programs; escapes keep every character.
  func print(json line: String) {
    clearLine()
    write(style.shown(json: line) + "\n", to: output)
  }

  func printError(_ line: String) {
    clearLine()
    write(style.shown(line) + "\n", to: errors)
  }

  /// Redraws the current line.
  func redraw(_ line: String) {
    lineIsOpen.store(true, ordering: .relaxed)
    write(erasure + style.shown(line), to: output, as: .frame)
  }

  /// Removes the progress line, if there is one.
  func clearLine() {
    if lineIsOpen.exchange(false, ordering: .relaxed) || isShared { write(erasure, to: output) }
  }

  /// Without escapes, blanks overwrite the line. The last column stays free, or the cursor might move to the next line.
  private var erasure: String {
    style.isPlain ? "\r" + String(repeating: " ", count: max(0, width - 1)) + "\r" : "\r\u{1B}[K"
  }

  /// Writes to the descriptor or its queue, without a buffer: nothing is lost when a run is killed.
  private func write(_ text: String, to descriptor: Int32, as kind: OutputQueue.Kind = .line) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor, as: kind) }
  }

  /// Writes part of a text, which may end within a character.
  func write(bytes: [UInt8]) { bytes.withUnsafeBytes { write($0, to: output, as: .line) } }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, as kind: OutputQueue.Kind) {
    if let queues = queues.withLock({ $0 }) {
      (descriptor == output ? queues.output : queues.errors).put(bytes, as: kind)
    } else if let failure = DescriptorOutput.write(bytes, to: descriptor), descriptor == output {
      outputFailed?(failure)
    }
  }
}

/// Numbers formatted for people.
enum Format {
  static func decimal(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : value.readable
  }

  static func percent(_ fraction: Double?) -> String {
    fraction.map { decimal($0 * 100, 2) + " %" } ?? "-"
  }

  /// Four significant digits, in scientific form if that is shorter: 0.1, 1.000e-05.
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
    // Not a meaningful duration.
    guard abs(seconds) < 1e15 else { return "-" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return decimal(seconds, seconds < 10 ? 1 : 0) + " s"
    case ..<3600: return String(format: "%d:%02d min", whole / 60, whole % 60)
    default: return String(format: "%d:%02d h", whole / 3600, whole % 3600 / 60)
    }
  }
}
