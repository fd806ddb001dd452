import Autograd
import DataPipeline
import NeuralNetworks
import Tensors

/// For models with layers that look at the whole batch: all of a worker's shards side by side.
extension Replica {
  /// `computeGradients` for all shards at once, each with its own gradient buffer. Shards without samples are skipped; if all are
  /// empty, the worker still takes part in the exchange of every layer that spans the batch.
  ///
  /// - Parameter willWrite: Called before anything is written to the gradient buffers, after the forward pass.
  func computeGradients(
    _ batches: [Batch], step: Int, requests: () -> StepRequests, carrying state: CarriedState? = nil,
    exchange: ShardExchange,
    into buffers: [Tensor], willWrite: () throws -> Void
  ) throws {
    let filled = batches.indices.filter { batches[$0].count > 0 }
    let tapes = TapeGroup(
      context: context, parameterGradients: filled.map { layout.gradients(of: buffers[$0]) }, exchange: exchange)
    let statistics = filled.map { _ in scratchStatistics() }
    let passes = filled.indices.map { part in
      let (shard, tape) = (filled[part], tapes.tapes[part])
      return pass(
        batches[shard], on: tape, step: step, statistics: statistics[part],
        carrying: state?.state(of: shard, for: batches[shard]))
    }
    let inputs = zip(filled, tapes.tapes).map { $1.input(batches[$0].inputs) }
    let outputs = try model(inputs, JointPass(tapes, parts: passes))
    try willWrite()
    timeline?.enter(.backward)
    for (part, shard) in filled.enumerated() { layout.statistics(of: buffers[shard]).copy(from: statistics[part]) }
    let results = try zip(filled, outputs).map { try loss($1, batches[$0].targets) }
    try tapes.backward(from: results.map(\.sum))

    // One buffer carries the worker's requests.
    func carried(_ shard: Int) -> StepRequests { shard == 0 ? requests() : StepRequests() }
    for (part, shard) in filled.enumerated() {
      tapes.tapes[part].zeroUntouchedGradients(of: model.store.trainable)
      writeTotals(batches[shard], results[part], requests: carried(shard), to: buffers[shard])
    }
    for shard in batches.indices where batches[shard].count == 0 {
      writeEmptyGradients(requests: carried(shard), to: buffers[shard])
    }
  }

  /// The first layer, in forward order, whose output for one of these batches is not finite; nil if all are finite.
  func firstNonFiniteLayer(
    _ batches: [Batch], step: Int, carrying state: CarriedState?, exchange: ShardExchange
  ) throws -> String? {
    let filled = batches.indices.filter { batches[$0].count > 0 }
    var found: String?
    let tapes = TapeGroup(context: context, parts: filled.count, exchange: exchange)
    let scratch = scratchStatistics()
    let passes = zip(filled, tapes.tapes).map { shard, tape in
      pass(batches[shard], on: tape, step: step, statistics: scratch, carrying: state?.beginning(of: shard)) {
        if found == nil && !$1.value.isFinite { found = $0 }
        return nil
      }
    }
    let inputs = zip(filled, tapes.tapes).map { $1.input(batches[$0].inputs) }
    _ = try model(inputs, JointPass(tapes, parts: passes))
    return found
  }
}
