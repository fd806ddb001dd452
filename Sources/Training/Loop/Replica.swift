import Autograd
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// One worker's copy of the model, with what it needs to compute a shard's leaf and to apply an update.
final class Replica {
  let model: Model
  let loss: Loss
  let optimizer: any Optimizer
  let context: ExecutionContext
  let layout: ReductionLayout
  var timeline: Timeline?
  private let seed: UInt64

  init(_ run: PreparedRun) throws {
    context = ExecutionContext(pool: StoragePool(refused: run.options.endOutOfMemory))
    model = try Model(
      run.layers, inputShape: run.data.sampleShape, outputs: run.data.outputs, vocabulary: run.data.vocabulary,
      predictsTokens: run.data.predictsTokens, pool: context.pool)
    loss = run.loss
    optimizer = run.configuration.optimizer.optimizer(for: model.store, pool: context.pool)
    seed = run.configuration.training.seed
    layout = ReductionLayout(store: model.store)
    model.initialize(seed: seed)
  }

  /// Forward, loss and backward of one shard; its sums over samples go to `leaf`. An empty shard gives zeros.
  ///
  /// - Parameters:
  ///   - state: What recurrent layers begin with, and what they leave.
  ///   - willWrite: Called before anything is written to the leaf, after the forward pass.
  ///   - isFinal: Told, again and again, from which element on the leaf is final.
  func computeLeaf(
    _ batch: Batch, step: Int, requests: StepRequests, carrying state: RecurrentState? = nil, into leaf: Tensor,
    willWrite: () throws -> Void, isFinal: (_ start: Int) -> Void
  ) rethrows {
    guard batch.count > 0 else {
      try willWrite()
      return writeEmptyLeaf(requests: requests, to: leaf)
    }
    timeline?.enter(.forward)
    let tape = Tape(context: context, parameterGradients: layout.gradients(of: leaf))
    let statistics = scratchStatistics()
    let pass = pass(batch, on: tape, step: step, statistics: statistics, carrying: state)
    let output = model(tape.input(batch.inputs), pass)
    try willWrite()
    timeline?.enter(.backward)
    layout.statistics(of: leaf).copy(from: statistics)
    let result = loss(output, labels: batch.labels)
    tape.backward(from: result.sum, of: model.store.parameters) { isFinal(layout.gradients.lowerBound + $0) }
    writeTotals(batch, result, requests: requests, to: leaf)
  }

  func writeEmptyLeaf(requests: StepRequests, to leaf: Tensor) {
    leaf.fillWithZeros()
    layout.write(StepTotals(requests: requests), to: leaf)
  }

  func pass(
    _ batch: Batch, on tape: Tape, step: Int, statistics: Tensor, carrying state: RecurrentState? = nil,
    observer: ((String, Tensor) -> Void)? = nil
  ) -> ForwardPass {
    ForwardPass(
      tape: tape, mode: .training, seed: seed, step: step, firstSample: batch.firstPosition, statistics: statistics,
      carriedState: state, lengths: batch.lengths, observer: observer)
  }

  func writeTotals(_ batch: Batch, _ result: LossResult, requests: StepRequests, to leaf: Tensor) {
    let sums = StepTotals(
      samples: Double(batch.count), lossWeight: result.weight, loss: result.sum.value[0],
      correct: Double(result.correct), predictions: Double(batch.labels.count), requests: requests)
    layout.write(sums, to: leaf)
  }

  /// One optimiser update from the summed leaves.
  func update(
    from reduced: Tensor, totals: StepTotals, step: Int, learningRate: Double, report: Bool
  ) -> OptimizerReport {
    // A batch whose samples all weigh nothing has no gradient to average.
    let scale = totals.lossWeight > 0 ? 1 / totals.lossWeight : 0
    let result = optimizer.step(
      step, gradients: layout.gradients(of: reduced), scale: scale, learningRate: learningRate, report: report)
    model.store.foldStatistics(sums: layout.statistics(of: reduced), samples: totals.samples)
    return result
  }

  /// The first layer whose output is not finite for this batch, in forward order; nil where all are.
  func firstNonFiniteLayer(_ batch: Batch, step: Int, carrying state: RecurrentState? = nil) -> String? {
    guard batch.count > 0 else { return nil }
    var found: String?
    let tape = Tape(context: context, recording: false)
    let pass = pass(batch, on: tape, step: step, statistics: scratchStatistics(), carrying: state) { path, value in
      if found == nil && !value.isFinite { found = path }
    }
    _ = model(tape.input(batch.inputs), pass)
    return found
  }

  /// Where statistics go that the running averages must not see.
  func scratchStatistics() -> Tensor {
    Tensor(zeros: [layout.statistics.count], dtype: model.store.dtype, pool: context.pool)
  }
}
