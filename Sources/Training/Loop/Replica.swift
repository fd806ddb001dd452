import Autograd
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// One worker's copy of the model, which computes gradient buffers and applies updates.
///
/// A node group can share one copy of large weights, of which each worker updates the part whose gradients it has
/// summed. Its update then moves as many bytes as that of a single worker.
/// (Like the first stage of ZeRO, Rajbhandari et al., 2020, but nothing has to be gathered.) Each worker has its own running averages and
/// frozen weights.
final class Replica {
  let model: Model
  let loss: Loss
  let optimizer: Optimizer
  let context: ExecutionContext
  let layout: GradientBufferLayout
  /// Whether other workers use the same memory for weights and the optimiser's state.
  let sharesWeights: Bool
  var timeline: Timeline?
  /// Measures the time of each layer in training.
  var layerTimes: LayerTimes?
  private let seed: UInt64

  /// Shared memory is complete once all workers have returned from here.
  ///
  /// - Parameter sum: Has the memory that workers share.
  init(_ run: PreparedRun, sum: AllReduce) throws {
    context = ExecutionContext(pool: StoragePool(refused: run.options.endOutOfMemory))
    layout = run.bufferLayout
    let shared = sum.sharedBuffers.map(layout.gradients(of:))
    model = try Model(
      run.layers, inputShape: run.data.sampleShape, outputs: run.data.outputs, vocabulary: run.data.vocabulary,
      predictsTokens: run.data.predictsTokens, pool: context.pool, values: shared.first,
      rules: run.configuration.parameters)
    loss = run.loss
    let share =
      shared.isEmpty ? nil : OptimizerShare(state: Array(shared.dropFirst()), elements: layout.parameters(in: sum))
    optimizer = Optimizer(
      run.configuration.optimizer, store: model.store, rules: run.configuration.parameters, pool: context.pool,
      share: share)
    sharesWeights = share != nil
    seed = run.configuration.training.seed
    model.initialize(seed: seed, frozenOnly: sharesWeights && !sum.isFirstInNodeGroup)
  }

  /// Forward, loss and backward of one shard; its sums over samples go to `buffer`. An empty shard gives zeros.
  ///
  /// - Parameters:
  ///   - state: First state of recurrent layers, which is replaced by their last.
  ///   - willWrite: Called before anything is written to the gradient buffer, after the forward pass.
  ///   - isFinal: Called repeatedly with the first final element of the gradient buffer.
  func computeGradients(
    _ batch: Batch, step: Int, requests: () -> StepRequests, carrying state: RecurrentState? = nil, into buffer: Tensor,
    willWrite: () throws -> Void, isFinal: (_ start: Int) -> Void
  ) throws {
    guard batch.count > 0 else {
      try willWrite()
      return writeEmptyGradients(requests: requests(), to: buffer)
    }
    timeline?.enter(.forward)
    let tape = Tape(context: context, parameterGradients: layout.gradients(of: buffer))
    let statistics = scratchStatistics()
    let pass = pass(batch, on: tape, step: step, statistics: statistics, carrying: state)
    let output = model(tape.input(batch.inputs), pass)
    try willWrite()
    timeline?.enter(.backward)
    layout.statistics(of: buffer).copy(from: statistics)
    let result = try loss(output, batch.targets)
    tape.backward(from: result.sum, of: model.store.trainable) { isFinal(layout.gradients.lowerBound + $0) }
    writeTotals(batch, result, requests: requests(), to: buffer)
  }

  func writeEmptyGradients(requests: StepRequests, to buffer: Tensor) {
    buffer.fillWithZeros()
    layout.write(StepTotals(requests: requests), to: buffer)
  }

  func pass(
    _ batch: Batch, on tape: Tape, step: Int, statistics: Tensor, carrying state: RecurrentState? = nil,
    observer: LayerObserver? = nil
  ) -> ForwardPass {
    let pass = ForwardPass(
      tape: tape, mode: .training, seed: seed, step: step, firstSample: batch.firstPosition, statistics: statistics,
      carriedState: state, lengths: batch.lengths, observer: observer)
    if observer == nil { pass.layerTimes = layerTimes }
    return pass
  }

  func writeTotals(_ batch: Batch, _ result: LossResult, requests: StepRequests, to buffer: Tensor) {
    let sums = StepTotals(
      samples: Double(batch.count), lossWeight: result.weight, loss: result.sum.value[0],
      correct: Double(result.correct), predictions: Double(batch.labels.count), requests: requests)
    layout.write(sums, to: buffer)
  }

  /// One optimiser update from the summed gradient buffers.
  ///
  /// - Parameters:
  ///   - reduced: Sum of all shards' gradient buffers.
  ///   - totals: The step's totals over the global batch.
  ///   - step: Number of the optimiser's updates so far.
  ///   - learningRate: Rate of this step.
  ///   - report: As in `Optimizer.step`.
  ///   - hasReadShared: As in `Optimizer.step`.
  func update(
    from reduced: Tensor, totals: StepTotals, step: Int, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport {
    // A batch whose samples all have weight 0 has no gradient to average.
    let scale = totals.lossWeight > 0 ? 1 / totals.lossWeight : 0
    let result = try optimizer.step(
      step, gradients: layout.gradients(of: reduced), scale: scale, learningRate: learningRate, report: report,
      hasReadShared: hasReadShared)
    model.store.updateRunningAverages(sums: layout.statistics(of: reduced), samples: totals.samples)
    return result
  }

  /// The first layer, in forward order, whose output for this batch is not finite; nil if all are finite.
  func firstNonFiniteLayer(_ batch: Batch, step: Int, carrying state: RecurrentState? = nil) -> String? {
    guard batch.count > 0 else { return nil }
    var found: String?
    let tape = Tape(context: context, recording: false)
    let pass = pass(batch, on: tape, step: step, statistics: scratchStatistics(), carrying: state) { path, output in
      if found == nil && !output.value.isFinite { found = path }
      return nil
    }
    _ = model(tape.input(batch.inputs), pass)
    return found
  }

  /// Receives statistics that must not reach the running averages.
  func scratchStatistics() -> Tensor {
    Tensor(zeros: [layout.statistics.count], dtype: model.store.dtype, pool: context.pool)
  }
}

extension Batch {
  /// Targets of the loss.
  var targets: LossTargets { distributions.map { .distributions($0) } ?? .labels(labels) }
}
