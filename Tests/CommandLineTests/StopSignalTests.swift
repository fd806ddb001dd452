import Foundation
import Testing

/// Which signals stop a run, with which exit code, and when.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct StopSignalTests {
  private let folder: TemporaryFolder
  private let config: String
  private let run: String

  init() throws { (folder, config, run) = try SmallRun.files() }

  private var endless: [String] {
    ["train", config, "--run-dir", run, "--set", "training.steps=1000000", "--set", "checkpoint.every_steps=1000000"]
  }

  private func waitForSteps(_ child: ChildProcess) throws {
    try child.waitUntil("a logged step") { FileManager.default.fileExists(atPath: run + "/metrics.jsonl") }
  }

  private func end() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: run + "/end.json"))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  private func expectStopped(
    _ result: ProcessResult, code: Int32, signal: String?, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(result.exitCode == code, "\(result.errors)", sourceLocation: sourceLocation)
    let end = try end()
    #expect(end["end"] as? String == "stopped", sourceLocation: sourceLocation)
    #expect(end["signal"] as? String == signal, sourceLocation: sourceLocation)
    let checkpoint = try #require(end["checkpoint"] as? String)
    #expect(FileManager.default.fileExists(atPath: run + "/" + checkpoint), sourceLocation: sourceLocation)
    #expect(try SmallRun.summary(of: run)["steps"] as? Int == end["step"] as? Int, sourceLocation: sourceLocation)
  }

  @Test(
    "a checkpoint, and its own exit code, for each",
    arguments: [
      (SIGHUP, Int32(129), "SIGHUP"), (SIGINT, 130, "SIGINT"), (SIGTERM, 143, "SIGTERM"), (SIGUSR1, 143, "SIGUSR1"),
      (SIGUSR2, 143, "SIGUSR2"), (SIGXCPU, 143, "SIGXCPU"),
    ])
  func signals(signal: Int32, code: Int32, name: String) throws {
    let child = try Lockstep.start(endless)
    try waitForSteps(child)
    child.send(signal)
    let result = try child.wait(limit: 60)
    try expectStopped(result, code: code, signal: name)
    #expect(try end()["exit_code"] as? Int == Int(code))
  }

  @Test(
    "SIGHUP that was ignored when the run began (nohup) stays ignored; kill -INT does not, as the terminal's Ctrl-C does"
  )
  func ignored() throws {
    let child = try ChildProcess("/bin/sh", ["-c", "trap '' HUP INT; exec \"$@\"", "sh", Build.lockstep] + endless)
    try waitForSteps(child)
    child.send(SIGHUP)
    Thread.sleep(forTimeInterval: 0.3)
    child.send(SIGINT)
    try expectStopped(try child.wait(limit: 60), code: 130, signal: "SIGINT")
  }

  @Test("under a supervisor too", arguments: [(SIGHUP, Int32(129)), (SIGUSR2, Int32(143))])
  func supervised(signal: Int32, code: Int32) throws {
    let child = try Lockstep.start(endless + ["--max-restarts", "2"])
    try waitForSteps(child)
    child.send(signal)
    let result = try child.wait(limit: 60)
    #expect(result.exitCode == code, "\(result.errors)")
    #expect(!result.errors.contains("restart"), "\(result.errors)")
  }

  @Test("SIGTERM to mpirun, whose own exit code is 1: end.json tells")
  func launcherTerminated() throws {
    let child = try Lockstep.startRanks(2, endless)
    try waitForSteps(child)
    child.send(SIGTERM)
    _ = try child.wait(limit: 60)
    let end = try end()
    #expect(end["end"] as? String == "stopped" && end["exit_code"] as? Int == 143, "\(end)")
  }

  @Test("end.json is gone while the run goes on, and says how it ended")
  func endFile() throws {
    let short = ["train", config, "--run-dir", run, "-q", "--set", "training.steps=50"]
    #expect(try Lockstep.run(short).exitCode == 0)
    #expect(try end()["end"] as? String == "done")
    let child = try Lockstep.start(endless)
    try child.waitUntil("the start") { !FileManager.default.fileExists(atPath: run + "/end.json") }
    child.send(SIGKILL)
    _ = try child.wait()
    #expect(!FileManager.default.fileExists(atPath: run + "/end.json"))
  }

  /// Takes hours to evaluate after its second step, of which each takes no time.
  private var slowEvaluation: [String] {
    get throws {
      let text = """
        data: {dataset: synthetic, shape: [64], classes: 3, samples: 200000, validation: 199900}
        model: {layers: [linear: 4000, relu, {repeat}, linear: 3]}
        schedule: {kind: constant, rate: 0.001}
        training: {batch_size: 2, steps: 100, shards: 2}
        evaluation: {every_steps: 2}
        logging: {every_steps: 1}
        """.replacingOccurrences(of: "{repeat}", with: "linear: 4000, linear: 4000")
      let config = try folder.write(text, to: "slow.yaml")
      return ["train", config, "--run-dir", run]
    }
  }

  private func waitForEvaluation(_ child: ChildProcess) throws {
    try child.waitUntil("two steps") {
      let text = (try? String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)) ?? ""
      return text.split(separator: "\n").count >= 2
    }
  }

  @Test("an evaluation is given up, and no step is done after it", arguments: [1, 2])
  func evaluation(workers: Int) throws {
    let child = try Lockstep.start(slowEvaluation + ["--workers", "\(workers)"])
    try waitForEvaluation(child)
    child.send(SIGTERM)
    try expectStopped(try child.wait(limit: 90), code: 143, signal: "SIGTERM")
    #expect(try end()["step"] as? Int == 2)
  }

  @Test("so it is by all ranks when one of them is told to", arguments: [0, 1])
  func evaluationOfRanks(signalled: Int) throws {
    let child = try Lockstep.startRanks(2, slowEvaluation)
    try waitForEvaluation(child)
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    try #require(ranks.count == 2)
    kill(ranks[signalled], SIGTERM)
    let result = try child.wait(limit: 90)
    #expect(result.exitCode == 143, "\(result.errors)")
    #expect(try end()["step"] as? Int == 2)
  }

  @Test("a second Ctrl-C ends a step that takes its time", arguments: [SIGINT, SIGTERM])
  func second(first: Int32) throws {
    let text = """
      data: {dataset: synthetic, shape: [64], classes: 3, samples: 60000}
      model: {layers: [linear: 4000, relu, linear: 4000, linear: 4000, linear: 3]}
      training: {batch_size: 60000, steps: 10, shards: 1}
      """
    let config = try folder.write(text, to: "slow.yaml")
    let child = try Lockstep.start(["train", config, "--run-dir", run])
    try child.waitUntil("the first step") { FileManager.default.fileExists(atPath: run + "/config.yaml") }
    child.send(first)
    Thread.sleep(forTimeInterval: 0.5)
    child.send(SIGINT)
    #expect(try child.wait(limit: 60).exitCode == 130)
  }

  @Test("images that are decoded for their mean are given up", arguments: [false, true])
  func normalization(skippingBadImages: Bool) throws {
    let images = TestImages.pngs(count: 1)
    for name in ["train/a", "train/b"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try images[0].write(to: folder.url.appendingPathComponent("image.png"))
    // Each a file of its own to whoever reads them; scaling them up takes long.
    for number in 0..<4000 {
      symlink(folder.path("image.png"), folder.path("train/\(number % 2 == 0 ? "a" : "b")/\(number).png"))
    }
    let text = """
      data: {dataset: image-folder, path: "\(folder.path(""))", image_size: [1200, 1200], normalize: per-channel}
      model: {layers: [global_average_pool, linear: classes]}
      training: {batch_size: 2, steps: 10, shards: 1}
      """
    let config = try folder.write(text, to: "images.yaml")
    let child = try Lockstep.start(
      ["train", config, "--run-dir", run] + (skippingBadImages ? ["--skip-bad-images"] : []))
    try child.waitUntil("threads") {
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.processID)/task").count) ?? 0 > 3
    }
    child.send(SIGTERM)
    let result = try child.wait(limit: 60)
    #expect(result.exitCode == 143, "\(result.errors)")
    #expect(result.errors.contains("nothing was trained"), "\(result.errors)")
  }
}
