import Foundation
import Testing

/// A run that ends before its last step, its resumes, and what is said of it.
@Suite(.serialized, .takingTurns)
struct EarlyStoppingRunTests {
  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.synchronized, to: "synchronized.yaml")
  }

  private func train(_ run: String, _ more: String...) throws -> ProcessResult {
    try Lockstep.run(["train", config, "--run-dir", folder.path(run)] + more)
  }

  /// Results in which two equal runs agree.
  private func ending(_ run: String) throws -> [String: String] {
    let summary = try SmallRun.summary(of: folder.path(run))
    return ["steps", "best_step", "stopped_early", "validation_loss", "weights_sha256"]
      .reduce(into: [:]) { $0[$1] = summary[$1].map { "\($0)" } ?? "missing" }
  }

  @Test("it ends with exit code 0 and a checkpoint, says so, and is complete from then on; more patience goes on")
  func endsAndIsComplete() throws {
    let run = folder.path("run")
    let first = try train("run")
    #expect(first.exitCode == 0, "\(first.errors)")
    let summary = try SmallRun.summary(of: run)
    let (steps, best) = (try #require(summary["steps"] as? Int), try #require(summary["best_step"] as? Int))
    #expect(steps < 280 && steps == best + 30)
    #expect(first.output.contains("stops after 3 evaluations without a lower validation loss"))
    #expect(
      first.output.contains("stopped early: 3 evaluations without a lower validation loss; step \(best) was best"))
    for step in [steps, best] {
      let name = String(format: "step-%08d.safetensors", step)
      #expect(FileManager.default.fileExists(atPath: "\(run)/checkpoints/\(name)"))
    }

    let ended = try (ending("run"), SmallRun.metrics(of: run))
    let again = try train("run", "--workers", "2")
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(again.output.contains("is complete: it stopped early after step \(steps) of 280; step \(best) was best"))
    #expect(try ending("run") == ended.0)
    #expect(try SmallRun.metrics(of: run) == ended.1)

    let less = try train("run", "--set", "training.early_stopping.patience=2")
    #expect(less.exitCode == 2)
    #expect(less.errors.contains("training.early_stopping.patience: 3 → 2"), "\(less.errors)")

    let patience = ["--set", "training.early_stopping.patience=4"]
    let more = try Lockstep.run(["train", config, "--run-dir", run, "-q"] + patience)
    #expect(more.exitCode == 0, "\(more.errors)")
    let whole = try Lockstep.run(["train", config, "--run-dir", folder.path("whole"), "-q"] + patience)
    #expect(whole.exitCode == 0, "\(whole.errors)")
    #expect(try ending("run") == ending("whole"))
    #expect(try ending("run") != ended.0)
    #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: folder.path("whole")))
  }

  /// The shorter run ends within an evaluation interval: what it measures after its last step must not count.
  @Test("a run that goes on with another number of workers stops after the same step")
  func resumesStopAfterTheSameStep() throws {
    #expect(try train("whole", "-q").exitCode == 0)
    for (epochs, workers) in [(15, "3"), (20, "8"), (22, "1")] {
      let part = try train("parts", "-q", "--workers", workers, "--set", "training.epochs=\(epochs)")
      #expect(part.exitCode == 0, "\(part.errors)")
    }
    let last = try train("parts", "-q", "--workers", "2")
    #expect(last.exitCode == 0, "\(last.errors)")
    #expect(try ending("parts") == ending("whole"))
  }
}
