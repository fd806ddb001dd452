import Autograd
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// A worker's replica at work: takes its shards of a batch, sums their leaves with everyone else's, updates.
/// Training and the benchmark of whole steps both run on it, so that what is measured is what trains.
final class WorkerSession {
  /// What a step came to, the same on every worker.
  struct Outcome {
    var totals: StepTotals
    /// What L2 adds to the loss; zero on steps that did not ask for a report.
    var penalty = 0.0
    var gradientNorm: Double?
    var loss: Double { totals.meanLoss + penalty }
  }

  let replica: Replica
  private let run: PreparedRun
  private let communicator: any Communicator
  private let accumulator: ShardAccumulator
  private let partialPointers: [UnsafeMutablePointer<Float>]
  private var loader: BatchLoader?
  private var batches: [Batch] = []

  init(_ run: PreparedRun, communicator: any Communicator) throws {
    self.run = run
    self.communicator = communicator
    replica = try Replica(run)
    accumulator = ShardAccumulator(
      layout: communicator.layout, worker: communicator.worker, count: replica.layout.count,
      pool: replica.context.pool)
    partialPointers = accumulator.partials.map { $0.floats.baseAddress! }
  }

  /// Starts preparing batches in the background, those of `step` first.
  func startLoading(from step: Int) {
    let assembler = BatchAssembler(
      split: run.data.training, normalizer: run.data.normalizer,
      augmentation: Augmentation(run.configuration.data.augmentations), seed: run.configuration.training.seed,
      pool: replica.context.pool)
    loader = BatchLoader(
      assembler: assembler, sampler: run.sampler, shards: communicator.shards, of: communicator.layout.shards,
      steps: step..<run.totalSteps)
  }

  /// Sample, forward, backward, reduce, update. Collective.
  ///
  /// - Parameters:
  ///   - stopping: Whether this worker was asked to stop; the totals tell everybody.
  ///   - report: Whether the L2 penalty and the gradient's norm are wanted.
  func performStep(_ step: Int, learningRate: Double, stopping: Bool, report: Bool) throws -> Outcome {
    guard let loader else { preconditionFailure("performStep before startLoading") }
    batches = try loader.next()
    let reduced = try sumLeaves(step: step, stopping: stopping)
    let totals = replica.layout.totals(of: reduced)
    // A spoilt sum must not reach the weights; the caller says what happened.
    guard totals.meanLoss.isFinite else { return Outcome(totals: totals) }
    let result = replica.update(from: reduced, totals: totals, learningRate: learningRate, report: report)
    return Outcome(totals: totals, penalty: result.penalty ?? 0, gradientNorm: result.gradientNorm)
  }

  /// Computes this worker's leaves and sums them with the others'; the result replaces the first partial sum.
  private func sumLeaves(step: Int, stopping: Bool) throws -> Tensor {
    let first = communicator.shards.lowerBound
    accumulator.accumulate { shard, leaf in
      // One shard of each worker carries its wish to stop.
      let requests = stopping && shard == first ? 1 : 0
      replica.computeLeaf(batches[shard - first], step: step, stopRequests: requests, into: leaf)
    }
    try communicator.sumOverShards(partialPointers, count: replica.layout.count, into: partialPointers[0])
    return accumulator.partials[0]
  }

  /// The first layer that gives a value that is not finite on the current batch, over all workers. Collective.
  func firstNonFiniteLayer(step: Int) throws -> String? {
    let order = replica.model.layerPaths
    let mine = batches.compactMap { replica.firstNonFiniteLayer($0, step: step) }
    let positions = mine.compactMap { order.firstIndex(of: $0) }
    let all = try communicator.allGather(Array("\(positions.min() ?? order.count)".utf8))
    let earliest = all.compactMap { Int(String(decoding: $0, as: UTF8.self)) }.min() ?? order.count
    return earliest < order.count ? order[earliest] : nil
  }
}
