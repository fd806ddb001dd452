import Checkpoints
import Foundation
import Training

/// Runs a training command in a process of its own, and again from its last checkpoint when that process fails.
struct Supervisor {
  let restarts: Int
  /// Where all attempts write.
  let runFolder: String
  /// Value of `--resume`.
  let resume: String
  /// The arguments of `lockstep`, `train` first, without those that are decided here.
  private let arguments: [String]

  /// - Parameter arguments: All of this process, its own name left out.
  init(restarts: Int, runFolder: String, resume: String, arguments: some Sequence<String>) {
    (self.restarts, self.runFolder, self.resume) = (restarts, runFolder, resume)
    self.arguments = Self.without(["--max-restarts", "--run-dir", "--resume"], arguments)
  }

  /// `arguments` without these options and their values, in either way of writing them. Behind `--` nothing is an option.
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

  /// In the environment of a run that is watched over: the process that does it.
  fileprivate static let variable = "LOCKSTEP_SUPERVISOR"

  /// A run whose supervisor was killed stops with a checkpoint: nobody would know of it any more, and who starts the
  /// command again would find its folder taken.
  static func stopWithSupervisor(_ stop: StopRequest) {
    guard let supervisor = ProcessInfo.processInfo.environment[variable].flatMap({ Int32($0) }) else { return }
    if !SignalListener.notice(endOf: supervisor, with: SIGTERM) { stop.request(.termination) }
  }

  /// Seconds between a failure and the next attempt.
  private static let pause = 1.0

  /// - Returns: the exit code of the last attempt; 128 + n where signal n ended it.
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

  /// Of an attempt. What is decided here comes right behind `train`: at the end it could stand behind `--`.
  func arguments(resuming resume: String) -> [String] {
    Array(arguments.prefix(1)) + ["--run-dir", runFolder, "--resume", resume] + arguments.dropFirst()
  }

  /// Done, wrong use, and stopped on request are not.
  private func isFailure(_ code: Int32) -> Bool { ![0, 2, 129, 130, 143].contains(code) }

  /// Later attempts go on in the folder, or begin as the first did where that left nothing to go on from.
  private var resumeOnRestart: String {
    resume == "never" || RunFolder.mayHoldCheckpoints(runFolder) ? "auto" : resume
  }
}

/// The system has started no process for an attempt.
private struct NotStarted: Error, CustomStringConvertible {
  let reason: String

  var description: String { "the process that trains cannot be started: \(reason)" }
}

/// The process that does the work, one after another. Signals to this process go to it.
private final class Child: @unchecked Sendable {
  private let lock = NSLock()
  private var process: Process?
  /// The signal that told this process to stop.
  private var stopSignal: Int32?

  var wasToldToStop: Bool { lock.withLock { stopSignal != nil } }

  func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([Supervisor.variable: "\(getpid())"]) { $1 }
    // Under the lock, so that a signal finds either no process and no start, or one to go to.
    let stop = try lock.withLock {
      if stopSignal == nil {
        do { try process.run() } catch { throw NotStarted(reason: error.localizedDescription) }
        self.process = process
      }
      return stopSignal
    }
    // Between two attempts there is nobody else to tell the signal by the exit code.
    if let stop { return [SIGHUP, SIGINT].contains(stop) ? 128 + stop : 128 + SIGTERM }
    process.waitUntilExit()
    lock.withLock { self.process = nil }
    return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
  }

  /// The child is in a process group of its own: Ctrl-C reaches this process alone, which hands it on once.
  func passOnSignals() {
    SignalListener.handle { [self] signal in
      lock.withLock {
        stopSignal = stopSignal ?? signal
        if let process, process.isRunning { kill(process.processIdentifier, signal) }
      }
    }
  }
}
