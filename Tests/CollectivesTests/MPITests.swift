import CollectivesTestSupport
import Foundation
import MPICollectives
import Testing

@Suite struct MPILauncherTests {
  @Test(arguments: [
    ["OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "0"],
    ["PMIX_RANK": "3"],
    ["PMI_RANK": "0", "PMI_SIZE": "2"],
    ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"],
  ])
  func launchersOfRanksAreKnown(environment: [String: String]) {
    #expect(MPILauncher.isPresent(environment: environment))
  }

  @Test(arguments: [
    [:],
    ["SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "8"],
    ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"],
    ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "4294967291", "SLURM_STEP_NUM_TASKS": "8"],
    ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_MCA_btl": "self"],
  ])
  func aProcessStartedByHandHasNone(environment: [String: String]) {
    #expect(!MPILauncher.isPresent(environment: environment))
  }

  @Test func theNumberOfProcessesIsTheLaunchersOwn() {
    #expect(MPILauncher(environment: ["OMPI_COMM_WORLD_SIZE": "4"])?.processes == 4)
    #expect(MPILauncher(environment: ["PMI_RANK": "1", "PMI_SIZE": "3"])?.processes == 3)
    #expect(MPILauncher(environment: ["PMIX_RANK": "1"])?.processes == nil)
  }

  @Test(
    arguments: [
      // Open MPI's own number comes before that of the job step that mpirun was started in.
      (["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "PMIX_RANK": "7", "SLURM_PROCID": "0"], 2),
      (["PMIX_RANK": "3"], 3),
      (["PMI_RANK": "1", "PMI_SIZE": "2"], 1),
      (["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"], 1),
      (["OMPI_COMM_WORLD_SIZE": "4"], nil),
    ] as [([String: String], Int?)])
  func theRankIsTheLaunchersOwn(environment: [String: String], rank: Int?) throws {
    #expect(try #require(MPILauncher(environment: environment)).rank == rank)
  }
}

@Suite struct NodeMapTests {
  @Test func nodesAreNumberedByTheirLowestRank() {
    let map = NodeMap(leaders: [0, 1, 0, 1, 4], hostNames: ["a", "b", "a", "b", "c"])
    #expect(map.nodeOfRank == [0, 1, 0, 1, 2])
    #expect(map.count == 3)
    #expect(map.ranks(of: 1) == [1, 3])
  }
}

/// The checks of `CommunicatorTests` between processes, and what happens when one of them fails. More ranks than
/// cores is what a test machine has.
@Suite(
  .serialized, .enabled(if: Mpirun.executable != nil, "mpirun is not installed"), .timeLimit(.minutes(15)))
struct MPICommunicatorTests {
  @Test(arguments: 1...4)
  func ranksKeepTheLaws(ranks: Int) throws {
    let run = try Mpirun.run(ranks: ranks, "collectives-selftest", ["checks"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("ranks=\(ranks) nodes=1 comparisons="))
  }

  /// As between hosts.
  private static let overTCP = ["--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "lo"]

  @Test func ranksKeepTheLawsOverTCP() throws {
    let run = try Mpirun.run(ranks: 3, "collectives-selftest", ["checks"], options: Self.overTCP)
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test(arguments: [[], overTCP])
  func messagesMoveWhileRanksCompute(options: [String]) throws {
    let all = ["--mca", "pml", "ob1"] + options
    let run = try Mpirun.run(ranks: 4, "collectives-selftest", ["progress"], options: all)
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test func anErrorOnOneRankEndsTheJobWithItsExitCode() throws {
    let run = try Mpirun.run(ranks: 3, "collectives-selftest", ["fail", "1"], seconds: 120)
    #expect(run.exitCode == 3)
    #expect(run.errors.contains("rank 1: failed on purpose"))
  }

  @Test func aRankThatExitsEndsTheJob() throws {
    let run = try Mpirun.run(ranks: 2, "collectives-selftest", ["exit", "1"], seconds: 120)
    #expect(run.exitCode == 5)
  }

  @Test func ranksThatDisagreeSaySo() throws {
    let run = try Mpirun.run(ranks: 2, "collectives-selftest", ["mismatch"], seconds: 120)
    #expect(run.exitCode == 3)
    #expect(run.errors.contains("worker 0 allReduce of 9000 elements"))
    #expect(run.errors.contains("worker 1 allReduce of 9100 elements"))
  }

  @Test func aProcessWithoutLauncherIsNotARank() throws {
    let run = try ChildProcess.run(try Mpirun.sibling("collectives-selftest"), [], seconds: 120)
    #expect(run.exitCode == 2)
    #expect(run.errors == "collectives-selftest: not under a launcher\n")
  }
}

@Suite struct ChildProcessTests {
  @Test func aProgramThatHangsIsEnded() throws {
    let run = try ChildProcess.run(URL(fileURLWithPath: "/bin/sleep"), ["60"], seconds: 0.2)
    #expect(run.ranOutOfTime)
    #expect(run.exitCode == nil)
  }

  /// More than a pipe holds, on both.
  @Test func longOutputIsReadWhole() throws {
    let script = "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; exit 4"
    let run = try ChildProcess.run(URL(fileURLWithPath: "/bin/sh"), ["-c", script], seconds: 120)
    #expect(run.exitCode == 4)
    #expect(run.output == String(repeating: "x", count: 300_000))
    #expect(run.errors == String(repeating: "y", count: 300_000))
  }
}
