import Foundation
import Testing

/// A bit that flips in the memory of one rank ends the job, named, and the run goes on from the last good checkpoint.
@Suite(.takingTurns, .timeLimit(.minutes(15)))
struct DivergedReplicaTests {
  private func train(_ ranks: Int, fault rank: Int, after step: Int) throws -> (
    result: ProcessResult, folder: TemporaryFolder
  ) {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let program = Build.folder.appendingPathComponent("training-selftest").path
    let result = try ChildProcess(
      "/usr/bin/env",
      ["mpirun", "--oversubscribe", "-np", "\(ranks)", program, config, folder.path("run"), "\(rank)", "\(step)"],
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    ).wait(limit: 120)
    return (result, folder)
  }

  @Test func theRankIsNamedAndTheRunGoesOn() throws {
    let (result, folder) = try train(3, fault: 1, after: 85)
    let run = folder.path("run")
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(
      result.errors.contains(/error: the replicas differ after step 100: rank 1 \(\S+\) differs from the 2 others/),
      "\(result.errors)")
    #expect(result.errors.contains("the first tensor that differs is 0.weight ("), "\(result.errors)")
    #expect(result.errors.contains("\(run)/checkpoints/step-00000080.safetensors"), "\(result.errors)")

    let config = folder.path("small.yaml")
    let resumed = try Lockstep.run(["train", config, "--run-dir", run, "-q", "--workers", "2"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let reference = try Lockstep.run(["train", config, "--run-dir", folder.path("reference"), "-q"])
    #expect(reference.exitCode == 0, "\(reference.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: folder.path("reference")))
  }

  @Test func ofTwoRanksBothAreNamed() throws {
    let (result, _) = try train(2, fault: 0, after: 119)
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(result.errors.contains(/after step 120: ranks 0 \(\S+\), 1 \(\S+\) do not agree/), "\(result.errors)")
  }

  @Test func withoutAFaultItTrainsToTheEnd() throws {
    #expect(try train(2, fault: -1, after: 1).result.exitCode == 0)
  }
}
