import Foundation

/// A program run to its end, or to a time limit.
public struct ChildProcess: Sendable {
  /// The program's exit code; nil if a signal or the time limit ended it.
  public let exitCode: Int32?
  public let output: String
  public let errors: String
  public let ranOutOfTime: Bool

  /// Runs a program with additions to this process's environment. Its output is read while it runs: a full pipe
  /// would stop it.
  public static func run(
    _ executable: URL, _ arguments: [String], environment: [String: String] = [:], seconds: Double
  ) throws -> ChildProcess {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let (outputPipe, errorPipe) = (Pipe(), Pipe())
    process.standardOutput = outputPipe
    process.standardError = errorPipe
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()

    let (output, errors) = (PipeReader(outputPipe), PipeReader(errorPipe))
    let ranOutOfTime = ended.wait(timeout: .now() + seconds) == .timedOut
    if ranOutOfTime {
      process.terminate()
      if ended.wait(timeout: .now() + 5) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
    }
    return ChildProcess(
      exitCode: !ranOutOfTime && process.terminationReason == .exit ? process.terminationStatus : nil,
      output: output.text(), errors: errors.text(), ranOutOfTime: ranOutOfTime)
  }
}

/// Reads a pipe to its end in the background.
private final class PipeReader: @unchecked Sendable {
  private let finished = DispatchSemaphore(value: 0)
  private var data = Data()

  init(_ pipe: Pipe) {
    let handle = pipe.fileHandleForReading
    Thread.detachNewThread {
      self.data = handle.readDataToEndOfFile()
      self.finished.signal()
    }
  }

  func text() -> String {
    finished.wait()
    return String(decoding: data, as: UTF8.self)
  }
}
