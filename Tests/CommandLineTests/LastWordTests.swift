import Foundation
import Testing

/// The last line of a job that does not end well is the program's own, and not the launcher's.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct LastWordTests {
  @Test("the mistakes of a configuration are printed last")
  func wrongConfiguration() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let result = try Lockstep.runRanks(
      2, ["train", config, "--run-dir", folder.path("run"), "--set", "training.bacth_size=3"])
    #expect(result.exitCode == 2)
    let last = result.errors.split(separator: "\n").last ?? ""
    #expect(last.contains("bacth_size"), "\(result.errors)")
  }

  @Test("a run that stops on request says so, and the launcher prints nothing")
  func stopped() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let child = try Lockstep.startRanks(2, ["train", config, "--run-dir", run, "--set", "training.steps=1000000"])
    try child.waitUntil("a checkpoint") {
      (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints"))?.contains { $0.hasPrefix("step-") }
        ?? false
    }
    child.send(SIGUSR1)
    let result = try child.wait()
    #expect(result.exitCode == 143)
    #expect(result.output.contains(run), "\(result.output)")
    // It may say that it passes the signal on.
    let errors = result.errors.replacing(/mpirun: Forwarding signal \d+ to job/, with: "")
    #expect(!errors.contains("---") && !errors.contains("mpirun"), "\(result.errors)")
  }
}
