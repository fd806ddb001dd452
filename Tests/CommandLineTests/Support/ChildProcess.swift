import Foundation
import Synchronization
import Testing

/// Output and exit code of a finished child process.
struct ProcessResult {
  /// The exit code; 128 + n where signal n ended the process, as a shell reports it.
  let exitCode: Int32
  let output: String
  let errors: String

  /// Output lines that are not empty.
  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A child process whose output is read while it runs and which cannot outlive its time limit.
final class ChildProcess: Sendable {
  private let process: Locked<Process>
  private let output = Collector()
  private let errors = Collector()

  struct TimedOut: Error, CustomStringConvertible {
    let description: String
  }

  private final class Locked<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  /// Reads a pipe to its end on a thread of its own, so that a talkative child never blocks.
  private final class Collector: Sendable {
    let pipe = Locked(Pipe())
    private let data = Mutex(Data())
    private let done = Locked(DispatchSemaphore(value: 0))

    func start() {
      Thread.detachNewThread { [self] in
        while true {
          let chunk = pipe.value.fileHandleForReading.availableData
          if chunk.isEmpty { break }
          data.withLock { $0.append(chunk) }
        }
        done.value.signal()
      }
    }

    var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }

    /// A grandchild may hold the pipe open a little longer than the child lives.
    func finish() -> String {
      _ = done.value.wait(timeout: .now() + 5)
      return text
    }
  }

  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = directory ?? Build.packageRoot
    // The program shows less in a locale without UTF-8, and `swift test` may ask its children for no colours.
    let usual = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8", "NO_COLOR": ""]) { $1 }
    process.environment = usual.merging(environment) { $1 }
    process.standardOutput = output.pipe.value
    process.standardError = errors.pipe.value
    process.standardInput = FileHandle.nullDevice
    self.process = Locked(process)
    // A child inherits the blocked signals of the thread that starts it; the pool's threads block all of them.
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    output.start()
    errors.start()
  }

  var processID: Int32 { process.value.processIdentifier }
  var outputSoFar: String { output.text }
  var errorsSoFar: String { errors.text }
  func send(_ signal: Int32) { kill(processID, signal) }

  /// Waits for the end; after `limit` seconds the child is killed and the call fails with what it had printed.
  func wait(limit: Double = 120) throws -> ProcessResult {
    let deadline = Date(timeIntervalSinceNow: limit)
    while process.value.isRunning {
      if Date() > deadline {
        send(SIGKILL)
        process.value.waitUntilExit()
        throw TimedOut(
          description: "still running after \(limit) s\n--- output\n\(output.text)\n--- errors\n\(errors.text)")
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
    let bySignal = process.value.terminationReason == .uncaughtSignal
    let code = process.value.terminationStatus + (bySignal ? 128 : 0)
    return ProcessResult(exitCode: code, output: output.finish(), errors: errors.finish())
  }

  /// Waits until `condition` holds, or fails after `limit` seconds.
  func waitUntil(limit: Double = 60, _ what: String, _ condition: () -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: limit)
    while !condition() {
      guard process.value.isRunning, Date() < deadline else {
        send(SIGKILL)
        throw TimedOut(description: "never saw \(what)\n--- output\n\(output.text)\n--- errors\n\(errors.text)")
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }
}

/// Where the build put things.
enum Build {
  /// The folder with the executables, which is also that of the test bundle.
  static let folder: URL = {
    #if os(macOS)
      for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
        return bundle.bundleURL.deletingLastPathComponent()
      }
    #endif
    return Bundle.main.bundleURL
  }()

  static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static var lockstep: String { folder.appendingPathComponent("lockstep").path }
}

/// Runs the program that users run.
enum Lockstep {
  static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(Build.lockstep, arguments, environment: environment)
  }

  static func run(_ arguments: [String], environment: [String: String] = [:], limit: Double = 120) throws
    -> ProcessResult
  {
    try start(arguments, environment: environment).wait(limit: limit)
  }

  /// Under mpirun with `ranks` ranks, which may be more than there are cores.
  static func startRanks(_ ranks: Int, _ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      "/usr/bin/env", ["mpirun", "--oversubscribe", "-np", "\(ranks)", Build.lockstep] + arguments,
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"])
  }

  static func runRanks(_ ranks: Int, _ arguments: [String], limit: Double = 180) throws -> ProcessResult {
    try startRanks(ranks, arguments).wait(limit: limit)
  }
}

/// A folder that is removed with its owner.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }
}
