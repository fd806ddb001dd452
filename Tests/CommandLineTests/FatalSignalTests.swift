import Foundation
import Testing

/// Signals that stand for a crash end the process they are sent to, and with it its job.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct FatalSignalTests {
  private let folder: TemporaryFolder
  private let config: String
  private let run: String

  init() throws { (folder, config, run) = try SmallRun.files() }

  private func waitForCheckpoint(of child: ChildProcess) throws {
    let checkpoints = run + "/checkpoints"
    try child.waitUntil("a checkpoint") {
      (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?.contains { $0.hasPrefix("step-") } ?? false
    }
  }

  private var endless: [String] { ["train", config, "--run-dir", run, "--set", "training.steps=1000000"] }

  @Test("a rank dies of them without a backtrace, and is missed", arguments: [SIGSEGV, SIGBUS, SIGABRT, SIGQUIT])
  func rank(signal: Int32) throws {
    let child = try Lockstep.startRanks(2, endless)
    try waitForCheckpoint(of: child)
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    try #require(ranks.count == 2)
    kill(ranks[1], signal)
    let result = try child.wait()
    #expect(result.exitCode != 0 && result.exitCode != 143, "\(result.errors)")
    #expect(try result.errors.ranges(of: Regex("rank 1 \\(\\S+\\) died after step")).count == 1, "\(result.errors)")
    #expect(
      !result.errors.contains("Process received signal") && !result.errors.contains("Backtrac"), "\(result.errors)")
    #expect(try RankProcesses.mentioning(run).isEmpty)
  }

  @Test("a single process dies of them at once", arguments: [SIGSEGV, SIGBUS, SIGABRT, SIGTRAP])
  func single(signal: Int32) throws {
    let child = try Lockstep.start(endless)
    try waitForCheckpoint(of: child)
    child.send(signal)
    let result = try child.wait()
    #expect(result.exitCode == 128 + signal && !result.errors.contains("Backtrac"), "\(result.errors)")
  }

  @Test("Ctrl-\\ ends a single process")
  func quit() throws {
    let child = try Lockstep.start(endless)
    try waitForCheckpoint(of: child)
    child.send(SIGQUIT)
    #expect(try child.wait().exitCode == 128 + SIGQUIT)
  }

  @Test("a limit on the size of files is an error in writing one")
  func fileSize() throws {
    let result = try ChildProcess(
      "/usr/bin/env", ["sh", "-c", "ulimit -f 1; exec \"$@\"", "sh", Build.lockstep] + endless
    ).wait()
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(result.errors.hasPrefix("error: ") && result.errors.contains("File too large"), "\(result.errors)")
  }
}
