import Checkpoints
import Collectives
import Foundation
import RunSettings
import Testing

@testable import Tensors
@testable import Training

/// Weights may be finite and yet too large to compute with: a checkpoint of such is not the last good one.
@Suite(.timeLimit(.minutes(15)))
final class GoodCheckpointTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let text = """
    data: {dataset: synthetic, shape: [5], classes: 3, samples: 30}
    model: {layers: [linear: 4, relu, linear: 3]}
    schedule: {kind: constant, rate: 0.001}
    training: {batch_size: 6, steps: 10, shards: 2}
    checkpoint: {every_steps: 1, keep: 1}
    """

  /// Trains; after step `diverged` the weights are so large that the next loss is not finite. Returns what the run ends with.
  private func train(diverged: Int? = nil, resume: ResumeMode = .automatic, set: [String] = []) throws -> String {
    let configuration = try RunConfiguration.parse(text: Self.text, overrides: set)
    let run = try PreparedRun(configuration, options: RunOptions(runFolder: folder.path, resume: resume))
    do {
      let trainer = try Trainer(run, communicator: SoloCommunicator(shards: 2), jobSize: (1, 1), reporter: nil)
      trainer.afterStep = { step, state in
        guard step == diverged else { return }
        for index in 0..<state[0].count { state[0].floats[index] = 1e30 }
      }
      _ = try trainer.train()
      return "done"
    } catch let failure as AgreedFailure {
      #expect(failure.exitCode == 1)
      return failure.description
    }
  }

  private func path(_ step: Int) -> String { RunLayout.checkpoint(step: step, in: folder.path) }

  private func steps() throws -> [Int] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("checkpoints").path)
    return names.filter { $0.hasSuffix(".safetensors") }.compactMap { Int($0.filter(\.isNumber)) }.sorted()
  }

  @Test("the checkpoint before is kept and named, also when the run goes on; a later finite loss lets it go")
  func divergedCheckpoint() throws {
    let message = try train(diverged: 6)
    #expect(message.contains("in step 7 ") && message.contains("the last good checkpoint is \(path(5));"), "\(message)")
    #expect(try steps() == [5, 6])
    let again = try train()
    #expect(again.contains("in step 7 ") && again.contains("the last good checkpoint is \(path(5));"), "\(again)")
    #expect(try steps() == [5, 6])
    #expect(try train(resume: .checkpoint(path(5))) == "done")
    #expect(try steps() == [10])
  }

  @Test("a first checkpoint that diverged is not a good one")
  func divergedFirst() throws {
    let message = try train(diverged: 1)
    #expect(message.contains("no good checkpoint was written before"), "\(message)")
  }

  @Test("the best one stays beside them")
  func best() throws {
    let set = ["data.validation=6", "evaluation.every_steps=2", "training.steps=12"]
    let message = try train(diverged: 9, set: set)
    #expect(message.contains("the last good checkpoint is \(path(8));"), "\(message)")
    let best = try #require(try Checkpoint(path: path(8)).metadata.best?.step)
    #expect(try steps() == Set([best, 8, 9]).sorted())
    #expect(try train(resume: .checkpoint(path(8)), set: set) == "done")
    let last = try #require(try Checkpoint(path: path(12)).metadata.best?.step)
    #expect(try steps() == Set([last, 12]).sorted())
  }

  @Test(
    "weights that diverged in the last step end the run, and are not kept",
    arguments: [
      (["data.validation=6"], "the validation loss is not finite"),
      (["evaluation.at_end=false"], "its batch gives no finite output any more; the first layer"),
    ])
  func lastStep(set: [String], reason: String) throws {
    let message = try train(diverged: 10, set: set)
    #expect(message.contains("the run diverged in its last step, 10, ") && message.contains(reason), "\(message)")
    #expect(message.contains("the last good checkpoint is \(path(9));"), "\(message)")
    #expect(try steps().last == 9)
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("summary.json").path))
    #expect(try train(set: set) == "done")
    #expect(try steps().last == 10)
  }

  @Test("a run that ends well keeps as many checkpoints as it was told to")
  func aGoodEnd() throws {
    #expect(try train(set: ["evaluation.at_end=false", "checkpoint.keep=2"]) == "done")
    #expect(try steps() == [9, 10])
  }
}
