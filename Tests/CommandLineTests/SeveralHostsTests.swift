import Foundation
import Testing

/// Jobs over several hosts that lose one.
@Suite(
  .serialized, .takingTurns, .timeLimit(.minutes(15)),
  .enabled(if: FakeCluster.problem == nil, "\(FakeCluster.problem ?? "")"))
struct SeveralHostsTests {
  private let long = ["--set", "training.steps=1000000"]

  /// A rank on each host, after its first checkpoint.
  private func start(_ cluster: FakeCluster, config: String, run: String) throws -> ChildProcess {
    let child = try cluster.startRanks(
      cluster.hosts.map { _ in 1 },
      [Build.lockstep, "train", config, "--run-dir", run, "--stall-timeout", "5"] + long)
    try child.waitUntil("a checkpoint") {
      (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints"))?.contains { $0.hasPrefix("step-") }
        ?? false
    }
    return child
  }

  private func resume(_ config: String, _ run: String) throws {
    let resumed = try Lockstep.run(["train", config, "--run-dir", run, "--time-limit", "0.2"] + long)
    #expect(resumed.exitCode == 143 && resumed.output.contains("resuming"), "\(resumed.errors)")
  }

  @Test("a cut link: both sides end, the near one says who is missing, and nothing is left running", arguments: [0, 1])
  func cutLink(host: Int) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let (cluster, run) = (try FakeCluster(hosts: 2), folder.path("run"))
    let child = try start(cluster, config: config, run: run)
    try cluster.cut(host)
    let result = try child.wait()
    #expect(result.exitCode != 0)
    let line = "error: rank 1 (\(cluster.hosts[1])) has not answered for 5 s, since step "
    #expect(result.errors.contains(line), "\(result.errors)")
    let deadline = Date(timeIntervalSinceNow: 60)
    while try !cluster.processes().isEmpty && Date() < deadline { Thread.sleep(forTimeInterval: 0.2) }
    #expect(try cluster.processes().isEmpty)
    try resume(config, run)
  }

  @Test("a rank that dies on another host is named with its host")
  func killedRank() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let (cluster, run) = (try FakeCluster(hosts: 2), folder.path("run"))
    let child = try start(cluster, config: config, run: run)
    let rank = try #require(
      try RankProcesses.mentioning(run).first { process in
        let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
        return environment.split(separator: 0).contains(Data("OMPI_COMM_WORLD_RANK=1".utf8))
      })
    kill(rank, SIGKILL)
    let result = try child.wait()
    #expect(result.exitCode != 0 && result.exitCode != 143)
    #expect(result.errors.contains("error: rank 1 (\(cluster.hosts[1])) died after step "), "\(result.errors)")
    #expect(result.errors.components(separatedBy: "error: ").count == 2, "\(result.errors)")
    try resume(config, run)
  }
}
