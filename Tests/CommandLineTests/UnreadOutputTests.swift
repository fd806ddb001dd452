import Foundation
import Testing

@testable import lockstep

/// Output that nobody reads neither ends a run nor keeps it waiting.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct UnreadOutputTests {
  private let folder: TemporaryFolder
  private let config: String
  private let run: String

  init() throws { (folder, config, run) = try SmallRun.files() }

  private var arguments: [String] { ["train", config, "--run-dir", run, "-v", "--set", "logging.every_steps=1"] }

  /// Runs a shell script in which `"$@"` is the program.
  private func shell(_ script: String, _ arguments: [String]) throws -> ProcessResult {
    try ChildProcess("/bin/bash", ["-c", script, "bash", Build.lockstep] + arguments).wait(limit: 120)
  }

  private func expectDone(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try SmallRun.summary(of: run)["steps"] as? Int == SmallRun.steps, sourceLocation: sourceLocation)
  }

  @Test("standard descriptors that are closed", arguments: ["<&- >&-", ">&- 2>&-", "<&- >&- 2>&-", "2>&-"])
  func closed(how: String) throws {
    #expect(try shell("\"$@\" \(how)", arguments).exitCode == 0)
    try expectDone()
  }

  @Test("a reader who has had enough, a full disk")
  func brokenPipe() throws {
    #expect(try shell("\"$@\" | head -1 >/dev/null; exit ${PIPESTATUS[0]}", arguments).exitCode == 0)
    try expectDone()
    try FileManager.default.removeItem(atPath: run)
    let full = try shell("\"$@\" >/dev/full", arguments)
    #expect(full.exitCode == 0, "\(full.errors)")
    #expect(full.errors.contains("No space left on device"), "\(full.errors)")
    try expectDone()
  }

  @Test(
    "Ctrl-C that ends the reader too stops the run with a checkpoint",
    arguments: [(SIGINT, Int32(130)), (SIGHUP, Int32(129))])
  func interruptedPipe(signal: Int32, code: Int32) throws {
    let endless = arguments + ["--set", "training.steps=1000000", "--set", "checkpoint.every_steps=1000000"]
    let script = """
      set -m; { "$@" & echo $! >"$0.pid"; wait $!; echo $? >"$0.code"; } | cat >/dev/null & wait
      """
    let child = try ChildProcess("/bin/bash", ["-c", script, folder.path("job"), Build.lockstep] + endless)
    try child.waitUntil("a logged step") { FileManager.default.fileExists(atPath: run + "/metrics.jsonl") }
    let process = try #require(RankProcesses.mentioning(run).last)
    for reader in try RankProcesses.descendants(of: child.processID, running: "cat") { kill(reader, SIGKILL) }
    Thread.sleep(forTimeInterval: 0.2)
    kill(process, signal)
    let deadline = Date(timeIntervalSinceNow: 60)
    while !FileManager.default.fileExists(atPath: run + "/end.json"), Date() < deadline { usleep(20_000) }
    _ = try child.wait(limit: 60)
    let text = try String(contentsOfFile: run + "/end.json", encoding: .utf8)
    #expect(text.contains("\"exit_code\":\(code)"), "\(text)")
    #expect(text.contains("\"checkpoint\":\"checkpoints/step-"), "\(text)")
  }

  @Test("a pipe that is full and stays so")
  func fullPipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let piece = [UInt8](repeating: 0, count: 4096)
    while write(ends[1], piece, piece.count) > 0 {}
    _ = fcntl(ends[1], F_SETFL, 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Build.lockstep)
    process.arguments = arguments
    process.standardOutput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitForEnd(of: process)
    #expect(process.terminationStatus == 0)
    try expectDone()
  }

  @Test("a terminal after Ctrl-S")
  func stoppedTerminal() throws {
    var (ours, theirs) = (Int32(-1), Int32(-1))
    try #require(openpty(&ours, &theirs, nil, nil, nil) == 0)
    defer { close(ours) }
    try #require(tcflow(theirs, TCOOFF) == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Build.lockstep)
    process.arguments = arguments
    process.standardOutput = FileHandle(fileDescriptor: theirs, closeOnDealloc: false)
    process.standardError = process.standardOutput
    try process.run()
    try waitForEnd(of: process)
    close(theirs)
    #expect(process.terminationStatus == 0)
    try expectDone()
  }

  private func waitForEnd(of process: Process) throws {
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning, Date() < deadline { usleep(20_000) }
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      Issue.record("the run waits for whoever reads its output")
    }
    process.waitUntilExit()
  }

  @Test(
    "a command whose output is its result is quiet where its reader has had enough, and fails where it cannot be written"
  )
  func results() throws {
    #expect(try Lockstep.run(arguments).exitCode == 0)
    let quiet = try shell("\"$@\" | true; exit ${PIPESTATUS[0]}", ["evaluate", run])
    #expect([0, 141].contains(quiet.exitCode), "\(quiet.exitCode)")
    #expect(!quiet.errors.contains("error"), "\(quiet.errors)")
    let full = try shell("\"$@\" >/dev/full", ["evaluate", run])
    #expect(full.exitCode == 1)
    #expect(full.errors.contains("error: cannot write the output: No space left"), "\(full.errors)")
  }

  @Test("lines that wait for a reader come in order, and dropped ones are counted")
  func queue() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let queue = OutputQueue(ends[1])
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
    for _ in 0..<1200 { queue.put(line) }
    queue.put("frame".utf8, as: .frame)
    // Reads until a line that can only come last.
    let reader = ends[0]
    let text = Collected()
    let thread = Thread {
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(reader, &piece, piece.count)
        if count <= 0 { break }
        text.add(piece.prefix(count))
      }
      text.end()
    }
    thread.start()
    queue.flush()
    queue.put("last\n".utf8)
    queue.flush()
    close(ends[1])
    text.wait()
    close(ends[0])
    let lines = text.string.split(separator: "\n")
    #expect(lines.last == "last")
    #expect(!text.string.contains("frame"))
    let whole = lines.filter { $0.count == 999 }.count
    #expect(lines.contains("(\(1200 - whole) lines of output are missing here: nobody read them)"))
  }

  private final class Collected: @unchecked Sendable {
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var isOver = false
    func add(_ piece: ArraySlice<UInt8>) { condition.withLock { bytes += piece } }
    func end() {
      condition.withLock {
        isOver = true
        condition.broadcast()
      }
    }
    func wait() { condition.withLock { while !isOver { condition.wait() } } }
    var string: String { condition.withLock { String(decoding: bytes, as: UTF8.self) } }
  }
}
