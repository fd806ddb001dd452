import Foundation
import Testing

/// A handler would run on the stack of whatever thread the signal meets, and oneDNN's matrix products have none to spare: one thread
/// waits for signals, all others have them blocked, those of libraries too.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct SignalMaskTests {
  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.configuration, to: "small.yaml")
  }

  private static let requests = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU]
  /// Crashes; and two that glibc sends to itself.
  private static let handled = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, 32, 33]

  /// Signals of a line of `/proc/PID/status`: `SigBlk: 0000000000014a03`.
  private func signals(_ field: String, of status: String) throws -> Set<Int32> {
    let text = try String(contentsOfFile: status, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(field) })
    let bits = try #require(UInt64(line.split(separator: "\t").last ?? "", radix: 16))
    return Set((0..<64).filter { bits >> UInt64($0) & 1 == 1 }.map { Int32($0 + 1) })
  }

  private func expectOneListener(_ process: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let caught = try signals("SigCgt", of: "/proc/\(process)/status").subtracting(Self.handled)
    let folder = "/proc/\(process)/task"
    let blocked = try FileManager.default.contentsOfDirectory(atPath: folder).map {
      try signals("SigBlk", of: "\(folder)/\($0)/status")
    }
    #expect(blocked.count > 2, sourceLocation: sourceLocation)
    for signal in Self.requests {
      // The kernel counts them as open in the thread that waits for them.
      let listeners = blocked.filter { !$0.contains(signal) }.count
      #expect(listeners == 1, "signal \(signal)", sourceLocation: sourceLocation)
    }
    for mask in blocked { #expect(caught.isSubset(of: mask), sourceLocation: sourceLocation) }
  }

  private func waitForSteps(_ child: ChildProcess, _ run: String) throws {
    try child.waitUntil("a logged step") { FileManager.default.fileExists(atPath: run + "/metrics.jsonl") }
  }

  @Test("in a process with worker threads, its loaders and OpenBLAS's threads")
  func threads() throws {
    let run = folder.path("run")
    let child = try ChildProcess(
      Build.lockstep, ["train", config, "--run-dir", run, "--workers", "2", "--set", "training.steps=1000000"],
      environment: ["OPENBLAS_NUM_THREADS": "3"])
    try waitForSteps(child, run)
    try expectOneListener(child.processID)
    child.send(SIGTERM)
    #expect(try child.wait().exitCode == 143)
  }

  @Test("in ranks, after MPI has started its threads")
  func ranks() throws {
    let run = folder.path("run")
    let child = try Lockstep.startRanks(2, ["train", config, "--run-dir", run, "--set", "training.steps=1000000"])
    try waitForSteps(child, run)
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    try #require(ranks.count == 2)
    for rank in ranks { try expectOneListener(rank) }
    child.send(SIGUSR2)
    #expect(try child.wait().exitCode == 143)
  }

  @Test("other commands end by the signal itself")
  func otherCommands() throws {
    let child = try Lockstep.start(["bench", "step", config, "--steps", "100000000"])
    let status = "/proc/\(child.processID)/task"
    try child.waitUntil("threads") {
      (try? FileManager.default.contentsOfDirectory(atPath: status).count) ?? 0 > 3
    }
    try expectOneListener(child.processID)
    child.send(SIGTERM)
    #expect(try child.wait(limit: 30).exitCode == 143)
  }
}
