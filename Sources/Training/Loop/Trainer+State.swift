import Checkpoints
import Collectives
import Configuration
import DataPipeline
import Foundation
import Inference
import Tensors

/// Start, resume and checkpoints of a run.
extension Trainer {
  /// Worker 0 loads the checkpoint, if there is one, and broadcasts the state to all workers. Collective.
  func restore() throws {
    run.stop.leavePreparation()
    let batchSize = run.configuration.training.batchSize
    var rows: [CarriedState.Rows] = []
    let restored = try communicator.agree(on: 0) {
      guard let recorder else { return [UInt8]() }
      if let checkpoint = recorder.checkpoint {
        progress = try load(checkpoint)
        if session.carried != nil {
          rows = try CarriedState.rows(of: checkpoint, for: session.replica.model, batchSize: batchSize)
        }
      }
      progress.dataDigest = recorder.dataDigest
      try recorder.begin(at: progress.step, isComplete: isComplete)
      return Array(try progress.encoded())
    }
    let agreed = try communicator.broadcast(bytes: restored, from: 0)
    progress = try RunProgress(encoded: agreed)
    status.set(.start, after: progress.step)
    try session.broadcastState()
    try session.carried?.restore(rows, batchSize: batchSize, over: communicator)
  }

  private func load(_ checkpoint: Checkpoint) throws -> RunProgress {
    let replica = session.replica
    try replica.model.loadWeights(from: checkpoint)
    var progress = try RunProgress(of: checkpoint)
    if let continuation = recorder?.continuation { progress.begin(continuation) }
    // State that begins anew is zero, as it was allocated.
    let isNew = progress.continuations?.last { $0.restartsOptimizer }?.step == progress.step
    if !isNew { try replica.loadOptimizerState(from: checkpoint) }
    return progress
  }

  /// Worker 0 writes a checkpoint of the state after the last step, after a comparison of all replicas. Collective.
  ///
  /// - Throws: If replicas differ, if weights are not finite (no checkpoint ever holds such), or if the file cannot be written.
  func writeCheckpoint(learningRate: Double) throws {
    status.set(.checkpoint, after: progress.step)
    let before = timeline?.enter(.checkpoint)
    defer { if let before { timeline?.enter(before) } }
    try compareReplicas()
    let carried = try session.carried?.gathered(over: communicator) ?? []
    guard let recorder else { return }
    if let tensor = session.replica.firstNonFiniteTensor {
      throw RunError.nonFiniteWeights(
        step: progress.step, tensor: tensor, learningRate: learningRate, checkpoint: recorder.goodCheckpoint)
    }
    progress.wallSeconds = clock.wallSeconds
    try recorder.write(session.replica, carried: carried, metadata: metadata())
  }

  private func metadata() throws -> CheckpointMetadata {
    let training = run.configuration.training
    let metric = run.bestMetric
    let best = progress.best.map {
      CheckpointMetadata.Best(
        step: $0.step, metric: "validation_\(metric.rawValue)", value: metric == .loss ? $0.loss : $0.accuracy)
    }
    return CheckpointMetadata(
      step: progress.step, epoch: run.sampler.epoch(ofStep: progress.step),
      position: run.sampler.position(ofStep: progress.step),
      shards: communicator.layout.shards, workers: communicator.size, blasThreads: training.blasThreads, best: best,
      configuration: run.configuration.effectiveYAML(),
      progress: String(decoding: try progress.encoded(), as: UTF8.self), tokenizer: run.data.tokenizer?.json,
      samples: .init(
        shape: run.data.sampleShape, classes: run.data.classNames, imageShape: run.data.training.sampleShape))
  }

  /// Error for a loss that is not finite. Collective.
  func divergence(_ outcome: WorkerSession.Outcome, step: Int, learningRate: Double) throws -> any Error {
    let layer = try firstNonFiniteLayer(step: step)
    // Only worker 0 knows it, but any worker's error may be the one that is printed.
    let checkpoint = try known(to: recorder?.goodCheckpoint)
    let description = RunError.diverged(
      step: step + 1, learningRate: learningRate, loss: outcome.loss, layer: layer,
      checkpoint: checkpoint)
    return AgreedFailure(description: "\(description)", exitCode: description.exitCode)
  }

  /// After the last step, no further step shows whether the weights have become too large to compute with. The validation loss
  /// does, if it was finite so far, or the same batch once more. Collective.
  func refuseDivergedEnd() throws {
    try refuseDivergedValidation()
    guard let layer = try firstNonFiniteLayer(step: progress.step - 1) else { return }
    throw try divergedEnd(
      "its batch gives no finite output any more; the first layer whose output is not finite is \(layer)")
  }

  func refuseDivergedValidation() throws {
    if validationDivergedAfter == progress.step { throw try divergedEnd("the validation loss is not finite") }
  }

  /// Error for a last step after which the loss is not finite. Collective.
  func divergedEnd(_ sign: String) throws -> any Error {
    let description = RunError.endedDiverged(
      step: progress.step, learningRate: lastRate, sign: sign,
      checkpoint: try known(to: recorder?.goodCheckpoint))
    return AgreedFailure(description: "\(description)", exitCode: description.exitCode)
  }

  /// `layer 12 (linear)`; nil if all outputs are finite. Collective.
  private func firstNonFiniteLayer(step: Int) throws -> String? {
    try session.firstNonFiniteLayer(step: step).map { path in
      let row = session.replica.model.summary.rows.first { $0.path == path }
      return "layer \(path)" + (row.map { " (\($0.name))" } ?? "")
    }
  }

  /// Broadcasts a value of worker 0 to every worker. Collective.
  func known(to first: String?) throws -> String? {
    let known = try communicator.broadcast(bytes: Array((first ?? "").utf8), from: 0)
    return known.isEmpty ? nil : String(decoding: known, as: UTF8.self)
  }
}
