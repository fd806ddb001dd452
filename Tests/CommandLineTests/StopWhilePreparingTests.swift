import Foundation
import Testing

/// A run stops at once while byte pairs are learned or the text is encoded.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct StopWhilePreparingTests {
  private let folder: TemporaryFolder
  private let arguments: [String]
  private var run: String { folder.path("run") }

  init() throws {
    folder = try TemporaryFolder()
    // Long words that are all different take long to learn from.
    var state: UInt64 = 1
    let text = (0..<1_000_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Array("ACGT".utf8)[Int(state >> 62)]
    }
    try Data(text).write(to: folder.url.appendingPathComponent("text.txt"))
    let config = try folder.write(SmallRun.recurrent, to: "text.yaml")
    arguments = [
      "train", config, "--run-dir", folder.path("run"), "--set", "data.dataset=text", "--set",
      "data.path=\(folder.path("text.txt"))", "--set", "data.tokenizer={bpe: 8000}",
    ]
  }

  private var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? [] }

  /// Somebody learns.
  private func waitForLearning(_ child: ChildProcess) throws {
    try child.waitUntil("the lock of the tokenizer") { files.contains { $0.hasSuffix(".lock") } }
  }

  /// Ended before the text was encoded, and left nothing half done behind.
  private func expectStopped(
    _ child: ChildProcess, code: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try child.wait(limit: 100)
    #expect(result.exitCode == code, "\(result.errors)", sourceLocation: sourceLocation)
    let said = result.errors.components(separatedBy: "stopped while the data were being prepared").count - 1
    #expect(said == 1, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(!result.errors.contains("error:"), "\(result.errors)", sourceLocation: sourceLocation)
    let kept = files.filter { !$0.hasSuffix(".tokenizer") }
    #expect(Set(kept) == ["text.txt", "text.yaml"], sourceLocation: sourceLocation)
    #expect(try RankProcesses.mentioning(run).isEmpty, sourceLocation: sourceLocation)
  }

  @Test("SIGTERM and SIGINT to one process", arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
  func oneProcess(signal: Int32, code: Int32) throws {
    let child = try Lockstep.start(arguments)
    try waitForLearning(child)
    child.send(signal)
    try expectStopped(child, code: code)
  }

  @Test("--time-limit")
  func timeLimit() throws {
    try expectStopped(try Lockstep.start(arguments + ["--time-limit", "0.1"]), code: 143)
  }

  @Test(
    "a signal to one rank, whether it learns or waits for the other",
    arguments: [(0, SIGTERM, Int32(143)), (1, SIGTERM, 143), (1, SIGINT, 130)])
  func oneRank(signalled: Int, signal: Int32, code: Int32) throws {
    let child = try Lockstep.startRanks(2, arguments)
    try waitForLearning(child)
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    try #require(ranks.count == 2, "found ranks \(ranks)")
    kill(ranks[signalled], signal)
    try expectStopped(child, code: code)
  }

  @Test("SIGUSR1 to mpirun")
  func allRanks() throws {
    let child = try Lockstep.startRanks(2, arguments)
    try waitForLearning(child)
    child.send(SIGUSR1)
    try expectStopped(child, code: 143)
  }
}
