import Foundation
import Testing

/// A job that loses a rank says which one and when, ends by itself, and can go on from its last checkpoint.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct LostRankTests {
  /// A run of many more steps than it will get to do.
  private final class EndlessRun {
    let folder: TemporaryFolder
    let config: String
    let run: String
    let child: ChildProcess
    let ranks: [Int32]

    init(ranks count: Int, _ more: [String] = []) throws {
      folder = try TemporaryFolder()
      config = try folder.write(SmallRun.configuration, to: "small.yaml")
      run = folder.path("run")
      child = try Lockstep.startRanks(
        count, ["train", config, "--run-dir", run, "--set", "training.steps=1000000"] + more)
      let checkpoints = run + "/checkpoints"
      try child.waitUntil("a checkpoint") {
        (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?.contains { $0.hasPrefix("step-") } ?? false
      }
      ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
      try #require(ranks.count == count, "found ranks \(ranks)")
    }

    /// Nothing is left running, and the last checkpoint is whole: the run goes on from it.
    func expectNothingLost(sourceLocation: SourceLocation = #_sourceLocation) throws {
      // A launcher may end before its ranks: those that it kills take the system a while.
      let deadline = Date(timeIntervalSinceNow: 60)
      var left = try RankProcesses.mentioning(run)
      while !left.isEmpty && Date() < deadline {
        Thread.sleep(forTimeInterval: 0.05)
        left = try RankProcesses.mentioning(run)
      }
      #expect(left.isEmpty, "still running: \(left)", sourceLocation: sourceLocation)
      let resumed = try Lockstep.run([
        "train", config, "--run-dir", run, "--set", "training.steps=1000000", "--time-limit", "0.2",
      ])
      #expect(resumed.exitCode == 143, "\(resumed.errors)", sourceLocation: sourceLocation)
      #expect(resumed.output.contains("resuming"), "\(resumed.output)", sourceLocation: sourceLocation)
      #expect(!resumed.errors.contains("damaged"), "\(resumed.errors)", sourceLocation: sourceLocation)
    }
  }

  private func count(_ pattern: String, in text: String) throws -> Int {
    try text.ranges(of: Regex(pattern)).count
  }

  @Test(
    "kill -9 of ranks: a survivor says once which of them died after which step, and is not stopped for a preemption",
    arguments: [(2, [1]), (2, [0]), (4, [1, 2])])
  func killedRanks(count ranks: Int, killed: [Int]) throws {
    let job = try EndlessRun(ranks: ranks)
    for rank in killed { kill(job.ranks[rank], SIGKILL) }
    let result = try job.child.wait()
    #expect(result.exitCode != 0 && result.exitCode != 143)
    let names = killed.map { "rank \($0) \\(\\S+\\)" }.joined(separator: ", ")
    #expect(try count("error: \(names) died after step [0-9]+", in: result.errors) == 1, "\(result.errors)")
    #expect(try count("died after step|not answered", in: result.errors) == 1, "\(result.errors)")
    #expect(!result.output.contains("stopped after step"), "\(result.output)")
    try job.expectNothingLost()
  }

  @Test(
    "a rank that is stopped is missed after the stall timeout: who, since when, and where the others waited",
    arguments: [0, 1])
  func stoppedRank(stopped: Int) throws {
    let job = try EndlessRun(ranks: 2, ["--stall-timeout", "5"])
    kill(job.ranks[stopped], SIGSTOP)
    let result = try job.child.wait()
    #expect(result.exitCode == 1, "\(result.errors)")
    let line =
      "error: rank \(stopped) \\(\\S+\\) has not answered for 5 s, since step [0-9]+, while the others waited in the"
    #expect(try count(line, in: result.errors) == 1, "\(result.errors)")
    try job.expectNothingLost()
  }

  @Test("a rank that stops for less than the stall timeout is waited for")
  func shortPause() throws {
    let job = try EndlessRun(ranks: 2, ["--stall-timeout", "10"])
    kill(job.ranks[1], SIGSTOP)
    Thread.sleep(forTimeInterval: 1.5)
    kill(job.ranks[1], SIGCONT)
    Thread.sleep(forTimeInterval: 4)
    job.child.send(SIGUSR1)
    let result = try job.child.wait()
    #expect(result.exitCode == 143, "\(result.errors)")
    try job.expectNothingLost()
  }

  @Test("bare SIGTERM to mpirun leaves a whole checkpoint")
  func terminatedLauncher() throws {
    let job = try EndlessRun(ranks: 2)
    job.child.send(SIGTERM)
    let result = try job.child.wait()
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(!result.errors.contains("died"), "\(result.errors)")
    try job.expectNothingLost()
  }

  @Test("an error on one rank alone is printed once, with its rank")
  func errorOnOneRank() throws {
    let folder = try TemporaryFolder()
    let images = TestImages.pngs(count: 8)
    for side in ["whole", "broken"] {
      for (index, image) in images.enumerated() {
        let subfolder = "\(side)/train/class-\(index % 2)"
        try FileManager.default.createDirectory(atPath: folder.path(subfolder), withIntermediateDirectories: true)
        // The header is whole, so that only reading the pixels, in mid-run, finds it.
        let isBroken = side == "broken" && index == 5
        try (isBroken ? image.prefix(60) : image).write(
          to: URL(fileURLWithPath: folder.path("\(subfolder)/\(index).png")))
      }
    }
    let config = try folder.write(
      """
      data: {dataset: image-folder, normalize: none}
      model: {layers: [flatten, linear: 2]}
      optimizer: {kind: sgd}
      schedule: {kind: constant, rate: 0.01}
      training: {batch_size: 8, steps: 100, shards: 2, seed: 1}
      """, to: "images.yaml")
    let whole = ["train", config, "--run-dir", folder.path("run"), "--data", folder.path("whole")]
    let broken = ["train", config, "--run-dir", folder.path("run"), "--data", folder.path("broken")]
    let result = try ChildProcess(
      "/usr/bin/env",
      ["mpirun", "--oversubscribe", "-np", "1", Build.lockstep] + whole + [":", "-np", "1", Build.lockstep] + broken,
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    ).wait()
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(try count("error: .*5.png", in: result.errors) == 1, "\(result.errors)")
    #expect(try count("error: (worker|rank) 1: ", in: result.errors) == 1, "\(result.errors)")
    #expect(!result.errors.contains("died") && !result.errors.contains("MPI_ABORT"), "\(result.errors)")
  }

  @Test("a rank whose launcher no longer reads what it prints goes on")
  func unreadOutput() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = "sleep 0.5; exec \"$0\" train \"$1\" --run-dir \"$2\""
    // The reader of standard output is gone before the first line.
    let rank =
      "mkfifo \"$2.$OMPI_COMM_WORLD_RANK\"; true < \"$2.$OMPI_COMM_WORLD_RANK\" & { \(train); } > \"$2.$OMPI_COMM_WORLD_RANK\""
    let child = try ChildProcess(
      "/usr/bin/env",
      ["mpirun", "--oversubscribe", "-np", "2", "sh", "-c", rank, Build.lockstep, config, folder.path("run")],
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"])
    let result = try child.wait()
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SmallRun.summary(of: folder.path("run"))["steps"] as? Int == SmallRun.steps)
  }
}
