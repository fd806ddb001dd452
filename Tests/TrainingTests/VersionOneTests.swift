import Checkpoints
import Collectives
import DataPipeline
import Foundation
import Inference
import JSON
import RunSettings
import Testing

@testable import Training

/// A run from before configurations had a version: two of four steps of a small vision transformer under AdamW and L2, which then
/// acted on its position table and class token too, and the checkpoint after all four. Made by `Tests/peers/make_old_run` with the
/// program of that time.
@Suite final class VersionOneTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
  private static let resources = Bundle.module.bundleURL.appendingPathComponent("Resources/version-1")

  init() throws { try FileManager.default.copyItem(at: Self.resources.appendingPathComponent("run"), to: folder) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The recipe of then, which names no version.
  private func recipe(_ overrides: String...) throws -> RunConfiguration {
    try .load(file: Self.resources.appendingPathComponent("recipe.yaml").path, overrides: overrides)
  }

  @Test("it loads, and its validation split has the loss that was measured then")
  func evaluates() throws {
    let model = try TrainedModel(at: folder.path, dataDirectory: nil) { Issue.record("\($0)") }
    #expect(model.configuration.version == 1 && model.configuration.optimizer.regularize == .weightsAndPositions)
    let text = try String(contentsOf: Self.resources.appendingPathComponent("evaluation.json"), encoding: .utf8)
    let recorded = try #require(JSON(parsing: text)["loss"]?.numberValue)
    let loss = try model.evaluate(.validation, communicator: SoloCommunicator(shards: 1)).loss
    #expect(abs(loss - recorded) <= 1e-5 * recorded)
  }

  @Test("it goes on to the weights of then: what no longer decays by default still does")
  func resumes() throws {
    try train(try recipe(), in: folder)
    let found = try Checkpoint(path: folder.appendingPathComponent("checkpoints/step-00000004.safetensors").path)
    let expected = try Checkpoint(path: Self.resources.appendingPathComponent("step-00000004.safetensors").path)
    #expect(found.weights.map(\.name) == expected.weights.map(\.name))
    for entry in expected.weights + expected.state {
      let (values, wanted) = (try found.floats(entry.name), try expected.floats(entry.name))
      // Other processors round otherwise.
      #expect(zip(values, wanted).allSatisfy { abs($0 - $1) <= 1e-4 + 1e-4 * abs($1) }, "\(entry.name)")
    }
    let text = try String(contentsOf: folder.appendingPathComponent("config.yaml"), encoding: .utf8)
    #expect(text.contains("version: 1\n") && text.contains("regularize: weights_and_positions\n"))
    // The run keeps its version: it is complete, and the same recipe is still its own.
    try train(try recipe(), in: folder)
  }

  @Test("the same weights come from a new run with the version, or with its default written; others without")
  func newRuns() throws {
    try train(try recipe(), in: folder)
    let others = folder.appendingPathExtension("new")
    defer { try? FileManager.default.removeItem(at: others) }
    for (override, isAsOld) in [
      ("version=1", true), ("optimizer.regularize=weights_and_positions", true), ("logging.every_steps=20", false),
    ] {
      let new = others.appendingPathComponent(override)
      try train(try recipe(override), in: new)
      let written = try String(contentsOf: new.appendingPathComponent("config.yaml"), encoding: .utf8)
      #expect(written.contains("version: \(override == "version=1" ? 1 : 3)\n"))
      #expect(written.contains("regularize: \(isAsOld ? "weights_and_positions" : "weights")\n"))
      // The first two steps of the old run may have been made by another processor.
      let distance = try relativeDistance(of: new, from: folder)
      #expect(isAsOld ? distance < 1e-4 : distance > 1e-2, "\(override): \(distance)")
    }
  }

  @Test("a default of today that is written is another run")
  func writtenDefaults() throws {
    for override in ["version=3", "optimizer.regularize=weights"] {
      let error = #expect(throws: AgreedFailure.self) { try train(try recipe(override), in: folder) }
      let text = error?.description ?? ""
      #expect(text.contains("optimizer.regularize: weights_and_positions → weights"), "\(text)")
    }
  }

  private func train(_ configuration: RunConfiguration, in folder: URL) throws {
    let run = try PreparedRun(configuration, options: RunOptions(runFolder: folder.path))
    _ = try ThreadGroup.run(layout: ShardLayout(shards: 2, workers: 2)) { communicator in
      try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
  }

  /// Largest difference of a weight after the last step, in units of the largest weight.
  private func relativeDistance(of one: URL, from other: URL) throws -> Float {
    let files = try [one, other].map {
      try Checkpoint(path: $0.appendingPathComponent("checkpoints/step-00000004.safetensors").path)
    }
    var (largest, distance): (Float, Float) = (0, 0)
    for entry in files[0].weights {
      for (a, b) in zip(try files[0].floats(entry.name), try files[1].floats(entry.name)) {
        (largest, distance) = (max(largest, abs(b)), max(distance, abs(a - b)))
      }
    }
    return distance / largest
  }
}
