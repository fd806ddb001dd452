import Foundation
import Testing

@testable import lockstep

/// `--max-restarts`: a run whose process fails is started again from its last checkpoint.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct SupervisorTests {
  private func start(_ folder: TemporaryFolder, restarts: Int, _ more: [String] = []) throws -> (ChildProcess, String) {
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let child = try Lockstep.start(
      ["train", config, "--run-dir", run, "--max-restarts", "\(restarts)", "--set", "training.steps=1500"] + more)
    return (child, run)
  }

  /// The process that trains, once it has got further than `step`.
  private func worker(of child: ChildProcess, run: String, beyond step: Int) throws -> Int32 {
    var found: Int32?
    try child.waitUntil("a process that trains beyond step \(step)") {
      let steps =
        (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints"))?
        .compactMap { Int($0.dropFirst("step-".count).prefix(8)) }.max() ?? 0
      found = try? RankProcesses.descendants(of: child.processID, running: "lockstep").first
      return steps > step && found != nil
    }
    return try #require(found)
  }

  private func steps(_ run: String) -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? [])
      .compactMap { Int($0.dropFirst("step-".count).prefix(8)) }.max() ?? 0
  }

  @Test("a killed run ends where one that was not disturbed ends")
  func killed() throws {
    let folder = try TemporaryFolder()
    let (child, run) = try start(folder, restarts: 2, ["--resume", "never"])
    kill(try worker(of: child, run: run, beyond: 0), SIGKILL)
    kill(try worker(of: child, run: run, beyond: steps(run)), SIGKILL)
    let result = try child.wait()
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.contains("restart 2 of 2"), "\(result.errors)")
    #expect(result.output.components(separatedBy: "resuming").count == 3, "\(result.output)")

    let reference = folder.path("reference")
    let whole = try Lockstep.run(
      ["train", folder.path("small.yaml"), "--run-dir", reference, "-q", "--set", "training.steps=1500"])
    #expect(whole.exitCode == 0, "\(whole.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }

  @Test("after the last restart its exit code is the run's")
  func noRestartsLeft() throws {
    let folder = try TemporaryFolder()
    let (child, run) = try start(folder, restarts: 1)
    kill(try worker(of: child, run: run, beyond: 0), SIGKILL)
    kill(try worker(of: child, run: run, beyond: steps(run)), SIGKILL)
    #expect(try child.wait().exitCode == 137)
  }

  @Test(
    "a stop that was asked for is handed on, and is no failure",
    arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
  func stopped(signal: Int32, code: Int32) throws {
    let folder = try TemporaryFolder()
    let (child, run) = try start(folder, restarts: 3)
    _ = try worker(of: child, run: run, beyond: 0)
    child.send(signal)
    let result = try child.wait()
    #expect(result.exitCode == code, "\(result.errors)")
    #expect(!result.errors.contains("restart"), "\(result.errors)")
    #expect(try RankProcesses.mentioning(run).isEmpty)
  }

  @Test(
    "a stop that comes between two attempts ends with its code too",
    arguments: [(SIGHUP, Int32(129)), (SIGINT, Int32(130)), (SIGUSR1, Int32(143))])
  func stoppedBetween(signal: Int32, code: Int32) throws {
    let folder = try TemporaryFolder()
    let (child, run) = try start(folder, restarts: 3)
    kill(try worker(of: child, run: run, beyond: 0), SIGKILL)
    try child.waitUntil("the pause") { child.errorsSoFar.contains("restart 1 of 3") }
    child.send(signal)
    let result = try child.wait()
    #expect(result.exitCode == code, "\(result.errors)")
    #expect(try RankProcesses.mentioning(run).isEmpty)
  }

  @Test("a run that cannot be started at all has failed; that is no wrong use")
  func noProgram() throws {
    let folder = try TemporaryFolder()
    let script =
      "cp \"$1\" \"$0\" && exec 3<\"$0\" && rm \"$0\" && : >\"$0 (deleted)\" && exec /proc/self/fd/3 train a.yaml --max-restarts 1"
    let result = try ChildProcess("/bin/sh", ["-c", script, folder.path("program"), Build.lockstep]).wait()
    #expect(
      result.exitCode == 1 && result.errors.hasPrefix("error: the process that trains cannot be started"),
      "\(result.errors)")
    #expect(!result.errors.contains("Usage"), "\(result.errors)")
  }

  @Test("a run whose supervisor is killed stops with a checkpoint")
  func killedSupervisor() throws {
    let folder = try TemporaryFolder()
    let (child, run) = try start(folder, restarts: 1, ["--set", "training.steps=1000000"])
    let worker = try worker(of: child, run: run, beyond: 0)
    child.send(SIGKILL)
    let deadline = Date(timeIntervalSinceNow: 60)
    while try RankProcesses.mentioning(run).contains(worker), Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
    #expect(try !RankProcesses.mentioning(run).contains(worker), "the run goes on")
    kill(worker, SIGKILL)
    #expect(try SmallRun.summary(of: run)["steps"] as? Int == steps(run))
  }

  @Test("wrong use is not tried again, and a rank refuses the option")
  func refused() throws {
    let folder = try TemporaryFolder()
    let (child, _) = try start(folder, restarts: 3, ["--set", "training.batch_size=0"])
    let result = try child.wait()
    #expect(result.exitCode == 2)
    #expect(!result.errors.contains("restart"), "\(result.errors)")
    let ranks = try Lockstep.runRanks(2, ["train", "small.yaml", "--max-restarts", "1"])
    #expect(ranks.exitCode == 2)
    #expect(ranks.errors.contains("launch/cluster"), "\(ranks.errors)")
  }

  @Test func optionsAreTakenOutInBothWaysOfWritingThem() {
    let arguments = [
      "train", "a.yaml", "--run-dir", "--resume", "-q", "--max-restarts=3", "--resume", "auto", "--set", "a=b",
    ]
    #expect(
      Supervisor.without(["--run-dir", "--max-restarts", "--resume"], arguments)
        == ["train", "a.yaml", "-q", "--set", "a=b"])
  }

  @Test func optionsOfAnAttemptComeBeforeTheEndOfOptions() {
    let supervisor = Supervisor(
      restarts: 1, runFolder: "runs/x", resume: "auto", arguments: ["train", "--max-restarts", "1", "--", "--run-dir"])
    #expect(
      supervisor.arguments(resuming: "never")
        == ["train", "--run-dir", "runs/x", "--resume", "never", "--", "--run-dir"])
  }
}
