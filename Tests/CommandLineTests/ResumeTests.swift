import Foundation
import Testing

/// Train 2k steps = train k, stop in any way, go on with any number of workers.
@Suite(.serialized, .takingTurns)
struct ResumeTests {
  private func uninterrupted(_ folder: TemporaryFolder, _ config: String, _ more: [String] = []) throws -> String {
    let run = folder.path("uninterrupted")
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"] + more)
    try #require(result.exitCode == 0, "\(result.errors)")
    return run
  }

  private func checkpoints(_ run: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? []
    return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted()
  }

  @Test("kill -9 at random moments, each time another number of workers: the same weights and log")
  func killedAtRandomMoments() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let reference = try uninterrupted(folder, config)

    let run = folder.path("killed")
    var workers = [2, 1, 3, 4].makeIterator()
    for attempt in 0..<4 {
      let child = try Lockstep.start(
        ["train", config, "--run-dir", run, "-q", "--workers", "\(workers.next() ?? 1)"])
      let before = checkpoints(run).last
      // At the earliest when there is something to go on from; then anywhere, also while one is being written.
      try? child.waitUntil("another checkpoint") { checkpoints(run).last != before }
      Thread.sleep(forTimeInterval: Double.random(in: 0...0.05))
      child.send(SIGKILL)
      let result = try child.wait()
      #expect(result.exitCode == 137 || result.exitCode == 0, "attempt \(attempt): \(result.errors)")
    }
    let last = try Lockstep.run(["train", config, "--run-dir", run, "-q", "--workers", "2"])
    #expect(last.exitCode == 0, "\(last.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
    #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference))
    let leftovers = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
      .filter { $0.contains("tmp") || $0.contains("partial") }
    #expect(leftovers.isEmpty)
  }

  @Test("AdamW, 110 steps and then 90 with another number of workers: the weights of 200 steps")
  func adaptiveOptimizer() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.adaptive, to: "adaptive.yaml")
    let reference = try uninterrupted(folder, config)
    let run = folder.path("two-halves")
    for more in [["--set", "training.steps=110", "--workers", "2"], ["--workers", "3"]] {
      let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"] + more)
      try #require(result.exitCode == 0, "\(result.errors)")
    }
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }

  @Test(
    "SIGINT ends with 130 and SIGTERM with 143, each after a checkpoint that a resume goes on from",
    arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func signals(signal: Int32, code: Int32) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let reference = try uninterrupted(folder, config)

    let run = folder.path("stopped")
    let child = try Lockstep.start(
      ["train", config, "--run-dir", run, "--workers", "2", "--set", "checkpoint.every_steps=1000"])
    try child.waitUntil("the first logged step") {
      FileManager.default.fileExists(atPath: run + "/metrics.jsonl")
    }
    child.send(signal)
    let stopped = try child.wait()
    #expect(stopped.exitCode == code, "\(stopped.output)\n\(stopped.errors)")
    #expect(checkpoints(run).count >= 1)

    let resumed = try Lockstep.run(["train", config, "--run-dir", run, "-q"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }

  @Test("SIGUSR1 to mpirun: all ranks checkpoint the same step and end with 143; a resume with other ranks goes on")
  func signalToLauncher() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    // Long enough that the signal, which mpirun passes on, arrives before the end.
    let long = ["--set", "training.steps=1500"]
    let reference = try uninterrupted(folder, config, long)

    let run = folder.path("ranks")
    let child = try Lockstep.startRanks(2, ["train", config, "--run-dir", run] + long)
    try child.waitUntil("the first logged step") {
      FileManager.default.fileExists(atPath: run + "/metrics.jsonl")
    }
    child.send(SIGUSR1)
    let stopped = try child.wait()
    #expect(stopped.exitCode == 143, "\(stopped.output)\n\(stopped.errors)")
    let resumed = try Lockstep.runRanks(3, ["train", config, "--run-dir", run, "-q"] + long)
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }

  @Test("SIGTERM to one rank stops all of them after the same step, with 143")
  func signalToOneRank() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("ranks")
    let child = try Lockstep.startRanks(2, ["train", config, "--run-dir", run, "--set", "training.steps=100000"])
    try child.waitUntil("the first logged step") {
      FileManager.default.fileExists(atPath: run + "/metrics.jsonl")
    }
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    try #require(ranks.count == 2, "found ranks \(ranks)")
    kill(ranks[1], SIGTERM)
    let stopped = try child.wait()
    #expect(stopped.exitCode == 143, "\(stopped.output)\n\(stopped.errors)")
    #expect(!checkpoints(run).isEmpty)
  }

  @Test("a damaged newest checkpoint is reported and the one before it used")
  func damagedCheckpoint() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let reference = try uninterrupted(folder, config)

    let run = folder.path("damaged")
    let half = try Lockstep.run(["train", config, "--run-dir", run, "-q", "--set", "training.steps=100"])
    try #require(half.exitCode == 0, "\(half.errors)")
    let newest = try #require(checkpoints(run).last)
    let file = URL(fileURLWithPath: run + "/checkpoints/" + newest)
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 100] ^= 1
    try bytes.write(to: file)

    let resumed = try Lockstep.run(["train", config, "--run-dir", run])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains(newest), "\(resumed.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }

  @Test("a finished run says so and changes nothing; --resume never refuses its folder")
  func finishedRun() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = try uninterrupted(folder, config)
    let digest = try SmallRun.digest(of: run)
    let again = try Lockstep.run(["train", config, "--run-dir", run])
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(try SmallRun.digest(of: run) == digest)
    let never = try Lockstep.run(["train", config, "--run-dir", run, "--resume", "never"])
    #expect(never.exitCode == 2)
    #expect(never.errors.contains(run), "\(never.errors)")
  }
}
