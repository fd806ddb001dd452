import Foundation
import MPICollectives
import Synchronization
import Training

/// Where a command prints: results and progress to standard output, trouble to standard error.
///
/// Whatever a text holds of others, names of files or words of a checkpoint, it reaches the terminal without control
/// characters: this is the one place that takes them out.
///
/// It remembers whether a line that is redrawn stands there, so that whatever comes next takes its place.
final class Terminal: Sendable {
  /// Whether a person looks at standard output, so that lines may be redrawn.
  let isInteractive: Bool
  /// Whether standard output is a terminal, if one that cannot redraw lines.
  let isSeen: Bool
  let style: TerminalStyle
  private let output: Int32
  private let errors: Int32
  /// The terminal whose size counts: where a launcher passes the output on, the launcher's.
  private let sizeDescriptor: Int32
  /// Whether another process redraws a line on the same terminal, as the first rank does on that of all ranks.
  private let isShared: Bool
  private let lineIsOpen = Atomic(false)
  /// Where nobody who prints may be kept waiting; else nil.
  private let queues = Mutex<(output: OutputQueue, errors: OutputQueue)?>(nil)
  /// Told that standard output takes no more, and why, where whoever prints waits for it.
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

  private static func ofThisProcess() -> Terminal {
    let environment = ProcessInfo.processInfo.environment
    let launcher = MPILauncher(environment: environment)
    let style = TerminalStyle(environment: environment)
    // The other ranks wait for one whose output nobody reads.
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

  /// A command whose output is its result ends when that cannot be written: quietly, like others, where the reader has had
  /// enough (`| head`).
  private static let endWithoutOutput: @Sendable (Int32) -> Void = { code in
    if code == EPIPE { _exit(128 + SIGPIPE) }
    let text = Array("error: cannot write the output: \(String(cString: strerror(code)))\n".utf8)
    text.withUnsafeBytes { _ = DescriptorOutput.write($0, to: STDERR_FILENO) }
    _exit(1)
  }

  /// From now on nobody who prints waits for whoever reads, and output that is not read ends nothing: what has to go on
  /// are a run's steps. Ends with `flush`.
  func neverWait() {
    let errorQueue = OutputQueue(errors)
    let outputQueue =
      Self.areOneFile(output, errors)
      ? errorQueue
      : OutputQueue(output) { code in
        guard code != EPIPE else { return }
        let reason = String(cString: strerror(code))
        errorQueue.put("warning: standard output cannot be written: \(reason); the work goes on\n".utf8)
      }
    queues.withLock { $0 = $0 ?? (outputQueue, errorQueue) }
  }

  /// Waits for output that is on its way, but not for a reader who does not come.
  func flush() {
    guard let queues = queues.withLock({ $0 }) else { return }
    queues.output.flush()
    if queues.errors !== queues.output { queues.errors.flush() }
  }

  /// One terminal, say: then what goes to both must stay in order.
  private static func areOneFile(_ a: Int32, _ b: Int32) -> Bool {
    var (first, second) = (stat(), stat())
    guard fstat(a, &first) == 0, fstat(b, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// Columns; 80 where nothing says otherwise.
  var width: Int {
    var size = winsize()
    guard ioctl(sizeDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  func print(_ line: String) {
    clearLine()
    write(style.shown(line) + "\n", to: output)
  }

  /// For programs: every character stays, as JSON writes it.
  func print(json line: String) {
    clearLine()
    write(style.shown(json: line) + "\n", to: output)
  }

  func printError(_ line: String) {
    clearLine()
    write(style.shown(line) + "\n", to: errors)
  }

  /// Draws the current line anew.
  func redraw(_ line: String) {
    lineIsOpen.store(true, ordering: .relaxed)
    write(erasure + style.shown(line), to: output, as: .frame)
  }

  /// Removes the line that is redrawn, if one stands there.
  func clearLine() {
    if lineIsOpen.exchange(false, ordering: .relaxed) || isShared { write(erasure, to: output) }
  }

  /// Without escapes blanks take the line's place; the last column stays free, or the cursor might leave the line.
  private var erasure: String {
    style.isPlain ? "\r" + String(repeating: " ", count: max(0, width - 1)) + "\r" : "\r\u{1B}[K"
  }

  /// Straight to the descriptor, or to the queue before it: nothing is left in a buffer when a run is killed.
  private func write(_ text: String, to descriptor: Int32, as kind: OutputQueue.Kind = .line) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor, as: kind) }
  }

  /// Part of a text, which may end within a character.
  func write(bytes: [UInt8]) { bytes.withUnsafeBytes { write($0, to: output, as: .line) } }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, as kind: OutputQueue.Kind) {
    if let queues = queues.withLock({ $0 }) {
      (descriptor == output ? queues.output : queues.errors).put(bytes, as: kind)
    } else if let failure = DescriptorOutput.write(bytes, to: descriptor), descriptor == output {
      outputFailed?(failure)
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
    // Longer than anybody waits.
    guard abs(seconds) < 1e15 else { return "-" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return decimal(seconds, seconds < 10 ? 1 : 0) + " s"
    case ..<3600: return String(format: "%d:%02d min", whole / 60, whole % 60)
    default: return String(format: "%d:%02d h", whole / 3600, whole % 3600 / 60)
    }
  }
}
