import Checkpoints
import Foundation
import Inference
import Testing

@testable import Training

/// Checkpoints of before they held the names of classes.
struct OlderCheckpointTests {
  @Test("classify says that a checkpoint has no names of classes, and what helps")
  func noNames() throws {
    let path = NSTemporaryDirectory() + "lockstep-older-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = try RunFolder(path: path)
    let metadata = CheckpointMetadata(
      step: 3, epoch: 0, position: 0, shards: 1, workers: 1, blasThreads: 1,
      configuration: "{data: {dataset: mnist-5k}, model: {architecture: mlp, hidden: []}, training: {steps: 3}}")
    let file = try folder.save(
      weights: [TensorSource("0.weight", shape: [1], values: [1])], state: [], metadata: metadata, keep: 1
    ).path
    let error = #expect(throws: ClassificationError.self) { try Classifier(at: path) { Issue.record("\($0)") } }
    #expect(error == .olderCheckpoint(file) && error?.exitCode == 2)
    #expect(
      error.map { "\($0)" }
        == "\(file) has no names of classes: an older Lockstep wrote it; a run that goes on from it writes them")
  }
}
