import Foundation
import Testing

/// The scripts in `launch/`: a stop that is asked for ends in a checkpoint, a failed job is started again.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct LaunchScriptTests {
  private let folder: TemporaryFolder
  private let config: String
  private let run: String
  private let environment: [String: String]
  private let long = ["--set", "training.steps=1000000"]

  init() throws {
    (folder, config, run) = try SmallRun.files()
    environment = ["LOCKSTEP": Build.lockstep]
  }

  private static func script(_ name: String) -> String {
    Build.packageRoot.appendingPathComponent("launch/\(name)").path
  }

  private func lastStep() -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? [])
      .compactMap { Int($0.dropFirst("step-".count).prefix(8)) }.max() ?? 0
  }

  private func waitForCheckpoint(_ child: ChildProcess, beyond step: Int = 0) throws {
    try child.waitUntil("a checkpoint beyond step \(step)") { lastStep() > step }
  }

  /// The run stopped after a checkpoint, goes on from there, and nothing is left of it.
  private func expectStopped(_ result: ProcessResult, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(result.exitCode == 143, "\(result.output)\n\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output.contains("stopped after step \(lastStep()) "), sourceLocation: sourceLocation)
    #expect(try RankProcesses.mentioning(run).isEmpty, sourceLocation: sourceLocation)
    let resumed = try Lockstep.run(["train", config, "--run-dir", run, "--time-limit", "0.2"] + long)
    #expect(resumed.output.contains("resuming"), "\(resumed.errors)", sourceLocation: sourceLocation)
  }

  @Test("SIGTERM and SIGINT to launch/local stop after a checkpoint", arguments: [SIGTERM, SIGINT])
  func localIsStopped(signal: Int32) throws {
    let child = try ChildProcess(
      Self.script("local"), ["2", config, "--run-dir", run] + long, environment: environment)
    try waitForCheckpoint(child)
    child.send(signal)
    try expectStopped(try child.wait())
  }

  @Test("SIGTERM to launch/local before its ranks listen stops them all the same")
  func localIsStoppedEarly() throws {
    let child = try ChildProcess(
      Self.script("local"), ["2", config, "--run-dir", run] + long, environment: environment)
    try child.waitUntil("mpirun") {
      (try? RankProcesses.descendants(of: child.processID, running: "mpirun").isEmpty) == false
    }
    child.send(SIGTERM)
    let result = try child.wait()
    #expect(result.exitCode == 143, "\(result.output)\n\(result.errors)")
    #expect(try RankProcesses.mentioning(run).isEmpty)
  }

  @Test("launch/local starts a job that lost a rank again, and stops it when told to")
  func localRestarts() throws {
    let child = try ChildProcess(
      Self.script("local"), ["2", config, "--max-restarts", "1", "--run-dir", run, "--resume", "never"] + long,
      environment: environment)
    try waitForCheckpoint(child)
    let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
    kill(try #require(ranks.last), SIGKILL)
    try child.waitUntil("the restart") { child.outputSoFar.contains("resuming") }
    try waitForCheckpoint(child, beyond: lastStep())
    child.send(SIGTERM)
    let result = try child.wait()
    #expect(result.errors.contains("restart 1 of 1 in \(run)"), "\(result.errors)")
    #expect(result.errors.contains("died after step"), "\(result.errors)")
    try expectStopped(result)
  }

  @Test("wrong use of the scripts ends with 2 and says what is wrong", arguments: ["local", "cluster"])
  func wrongUse(name: String) throws {
    let result = try ChildProcess(Self.script(name), ["nothing"], environment: environment).wait()
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("usage: launch/\(name)"), "\(result.errors)")
  }

  /// Slurm's state of the job when the script has stopped, and the script's conclusion.
  private static let slurmJobs: [(job: String, isPutBack: Bool, says: String)] = [
    ("JobState=RUNNING Reason=None Restarts=0", true, "back into the queue"),
    ("JobState=COMPLETING Reason=TimeLimit Restarts=0", true, "back into the queue"),
    ("JobState=COMPLETING Reason=None Restarts=0 PreemptTime=2026-01-01T00:00:00", true, "back into the queue"),
    ("JobState=PENDING Reason=BeginTime Restarts=1 PreemptTime=None", false, "Slurm has put the job back"),
    ("JobState=CANCELLED Reason=None Restarts=0 PreemptTime=None", false, "the job was cancelled"),
  ]

  @Test(
    "under Slurm, a stop ends in a checkpoint and another turn in the queue, unless the job was cancelled",
    arguments: slurmJobs.indices)
  func slurmRequeues(index: Int) throws {
    let (job, isPutBack, says) = Self.slurmJobs[index]
    // Stand-ins: one task, and a queue that notes what it is told.
    for (name, text) in [
      ("srun", "while [[ $1 == --* ]]; do shift; done; exec \"$@\""),
      ("scontrol", "[ \"$1\" = show ] && echo \"JobId=77 \(job) x\" || echo \"$*\" >>\(folder.path("told"))"),
    ] {
      try folder.write("#!/usr/bin/env bash\n\(text)\n", to: name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path(name))
    }
    let path = "\(folder.url.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    let child = try ChildProcess(
      "/usr/bin/env", ["bash", Self.script("slurm.sbatch"), config, "--run-dir", run] + long,
      environment: [
        "LOCKSTEP": Build.lockstep, "PATH": path, "SLURM_JOB_ID": "77", "SLURM_SUBMIT_DIR": Build.packageRoot.path,
      ])
    try waitForCheckpoint(child)
    child.send(SIGUSR1)
    let result = try child.wait()
    try expectStopped(result)
    #expect(result.output.contains(says), "\(result.output)")
    let told = try? String(contentsOfFile: folder.path("told"), encoding: .utf8)
    #expect(told == (isPutBack ? "requeue 77\n" : nil))
  }

  @Suite(
    .serialized, .timeLimit(.minutes(15)), .enabled(if: FakeCluster.problem == nil, "\(FakeCluster.problem ?? "")"))
  struct OnSeveralHosts {
    private let scripts = try? LaunchScriptTests()

    private func start(
      _ cluster: FakeCluster, _ options: [String] = [], _ more: [String] = []
    ) throws -> (LaunchScriptTests, ChildProcess) {
      let scripts = try #require(scripts)
      let lines = cluster.hosts.map { "\($0) slots=1  # one rank\n" }
      let hostfile = try scripts.folder.write("# hosts\n\n" + lines.joined(), to: "hosts")
      let child = try cluster.start(
        [LaunchScriptTests.script("cluster"), "--ssh", FakeCluster.remoteShell, "--interface", "eth0"] + options
          + [hostfile, scripts.config, "--run-dir", scripts.run] + scripts.long + more,
        environment: scripts.environment)
      return (scripts, child)
    }

    @Test("launch/cluster trains on all hosts, and SIGTERM stops it after a checkpoint")
    func stopped() throws {
      let cluster = try FakeCluster(hosts: 2)
      let (scripts, child) = try start(cluster)
      try scripts.waitForCheckpoint(child)
      child.send(SIGTERM)
      let result = try child.wait()
      #expect(result.output.contains("2 ranks on 2 nodes"), "\(result.output)")
      #expect(result.errors.contains("+ mpirun --hostfile"), "\(result.errors)")
      try scripts.expectStopped(result)
    }

    @Test("a job whose second host is lost goes on, on the host that is left")
    func shrinks() throws {
      let cluster = try FakeCluster(hosts: 2)
      let (scripts, child) = try start(
        cluster, [], ["--max-restarts", "2", "--shrink", "--stall-timeout", "2"])
      try scripts.waitForCheckpoint(child)
      try cluster.cut(1)
      try child.waitUntil("the restart") { child.outputSoFar.contains("resuming") }
      try scripts.waitForCheckpoint(child, beyond: scripts.lastStep())
      child.send(SIGTERM)
      let result = try child.wait()
      #expect(result.errors.contains("rank 1 (\(cluster.hosts[1])) has not answered"), "\(result.errors)")
      #expect(result.errors.contains("restart 1 of 2"), "\(result.errors)")
      try scripts.expectStopped(result)
    }

    @Test("hostfiles as Open MPI takes them: a line a slot, spaces, line ends of other systems")
    func hostfiles() throws {
      let cluster = try FakeCluster(hosts: 2)
      let scripts = try #require(scripts)
      let (first, second) = (cluster.hosts[0], cluster.hosts[1])
      for (text, ranks) in [
        ("\(first)\n\(second) slots = 2\n\(first)\n", [2, 2]), ("\(first) slots=3\r\n\(second) slots=1\r\n", [3, 1]),
        ("\(first) slots=1\n\(first) slots=1\n\(first)\n\(second) slots=1 max_slots=4\n", [3, 1]),
      ] {
        let hostfile = try scripts.folder.write(text, to: "hosts")
        let child = try cluster.start(
          [LaunchScriptTests.script("cluster"), "--ssh", FakeCluster.remoteShell, "--check", hostfile, scripts.config],
          environment: scripts.environment)
        let result = try child.wait()
        #expect(result.exitCode == 0)
        for (host, count) in zip(cluster.hosts, ranks) {
          #expect(
            result.errors.contains("\(host): ") && result.errors.contains("cores, \(count) ranks"), "\(result.errors)")
        }
      }
    }

    @Test("a host that cannot be reached, or lacks the configuration, is named before anything starts")
    func checked() throws {
      let cluster = try FakeCluster(hosts: 2)
      try cluster.cut(1)
      let (_, child) = try start(cluster)
      let result = try child.wait()
      #expect(result.exitCode == 2)
      #expect(result.errors.contains("\(cluster.hosts[1]): "), "\(result.errors)")
      #expect(result.errors.contains("no route to host"), "\(result.errors)")
      #expect(!result.errors.contains("mpirun"), "\(result.errors)")
    }
  }
}
