import Checkpoints
import Foundation
import Training

/// Runs a training command in a child process, and restarts it from its last checkpoint when that process fails.
struct Supervisor {
  let restarts: Int
  /// Run folder of all attempts.
  let runFolder: String
  /// Value of `--resume`.
  let resume: String
  /// Arguments of `lockstep`, `train` first, without the options that `arguments(resuming:)` adds.
  private let arguments: [String]

  /// - Parameter arguments: All arguments of this process, without its name.
  init(restarts: Int, runFolder: String, resume: String, arguments: some Sequence<String>) {
    (self.restarts, self.runFolder, self.resume) = (restarts, runFolder, resume)
    self.arguments = Self.without(["--max-restarts", "--run-dir", "--resume"], arguments)
  }

  /// `arguments` without these options and their values, written `--a value` or `--a=value`. After `--` there are no options.
  static func without(_ options: [String], _ arguments: some Sequence<String>) -> [String] {
    var kept: [String] = []
    var isValue = false
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      if !isValue && argument == "--" { return kept + [argument] + IteratorSequence(rest) }
      if !isValue && !options.contains(where: { argument == $0 || argument.hasPrefix($0 + "=") }) {
        kept.append(argument)
      }
      isValue = !isValue && options.contains(argument)
    }
    return kept
  }

  /// Environment variable of a supervised run: the process ID of its supervisor.
  fileprivate static let variable = "LOCKSTEP_SUPERVISOR"

  /// Makes a run stop with a checkpoint when its supervisor is killed: otherwise it would go on unnoticed, and a repeated
  /// command would find its folder in use.
  static func stopWithSupervisor(_ stop: StopRequest) {
    guard let supervisor = ProcessInfo.processInfo.environment[variable].flatMap({ Int32($0) }) else { return }
    if !SignalListener.notice(endOf: supervisor, with: SIGTERM) { stop.request(.termination) }
  }

  /// Seconds between a failure and the next attempt.
  private static let pause = 1.0

  /// - Returns: Exit code of the last attempt; 128 + n if signal n ended it.
  func run() throws -> Int32 {
    let child = Child()
    child.passOnSignals()
    var left = restarts
    while true {
      let code = try child.run(arguments(resuming: left == restarts ? resume : resumeOnRestart))
      guard isFailure(code), left > 0, !child.wasToldToStop else { return code }
      left -= 1
      Terminal.standard.printError(
        "warning: the run ended with \(code); restart \(restarts - left) of \(restarts) in \(runFolder)")
      Thread.sleep(forTimeInterval: Self.pause)
    }
  }

  /// Arguments of one attempt. The added options follow `train`, since at the end they could come after `--`.
  func arguments(resuming resume: String) -> [String] {
    Array(arguments.prefix(1)) + ["--run-dir", runFolder, "--resume", resume] + arguments.dropFirst()
  }

  /// Whether to restart: not after done (0), wrong usage (2) and stopped on request.
  private func isFailure(_ code: Int32) -> Bool { ![0, 2, 129, 130, 143].contains(code) }

  /// Later attempts resume in the folder, or start as the first one did if that left no checkpoint.
  private var resumeOnRestart: String {
    resume == "never" || RunFolder.mayHoldCheckpoints(runFolder) ? "auto" : resume
  }
}

/// The system could not start the process of an attempt.
private struct NotStarted: Error, CustomStringConvertible {
  let reason: String

  var description: String { "the process that trains cannot be started: \(reason)" }
}

/// The child process of the present attempt. Passes signals on to it.
private final class Child: @unchecked Sendable {
  private let lock = NSLock()
  private var process: Process?
  /// Signal that told this process to stop.
  private var stopSignal: Int32?

  var wasToldToStop: Bool { lock.withLock { stopSignal != nil } }

  func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([Supervisor.variable: "\(getpid())"]) { $1 }
    // Under the lock, so that a signal either prevents the start or finds a process to be sent to.
    let stop = try lock.withLock {
      if stopSignal == nil {
        do { try process.run() } catch { throw NotStarted(reason: error.localizedDescription) }
        self.process = process
      }
      return stopSignal
    }
    // Between two attempts no child turns the signal into an exit code.
    if let stop { return [SIGHUP, SIGINT].contains(stop) ? 128 + stop : 128 + SIGTERM }
    process.waitUntilExit()
    lock.withLock { self.process = nil }
    return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
  }

  /// Passes each signal on once. The child has its own process group, so Ctrl-C reaches this process only.
  func passOnSignals() {
    SignalListener.handle { [self] signal in
      lock.withLock {
        stopSignal = stopSignal ?? signal
        if let process, process.isRunning { kill(process.processIdentifier, signal) }
      }
    }
  }
}
