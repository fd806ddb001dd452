import Autograd
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// A worker's training steps: computes the gradient buffers of its shards, all-reduces them, and updates its replica.
/// Training and the benchmark of whole steps both use it, so that the benchmark measures training.
final class WorkerSession {
  /// Result of a step, the same on every worker.
  struct Outcome {
    var totals: StepTotals
    /// L2's part of the loss; zero in steps without a report.
    var penalty = 0.0
    var gradientNorm: Double?
    var loss: Double { totals.meanLoss + penalty }
  }

  let replica: Replica
  private let run: PreparedRun
  private let communicator: any Communicator
  private let accumulator: ShardAccumulator
  private let sum: AllReduce
  /// One gradient buffer for each shard, if layers that look at the whole batch require all at once; else empty.
  private let gradientBuffers: [Tensor]
  /// Nil unless a text is read in streams.
  let carried: CarriedState?
  /// Step of the run at which the optimiser's state was zero.
  var optimizerStart = 0
  private var loader: BatchLoader?
  /// Records the worker's phases; nil without profiling.
  var timeline: Timeline? {
    didSet { (sum.timeline, replica.timeline) = (timeline, timeline) }
  }
  private var batches: [Batch] = []

  /// Collective.
  ///
  /// - Parameter run: The run with its normaliser.
  init(_ run: PreparedRun, communicator: any Communicator) throws {
    let (kind, wanted) = (run.data.normalizer.kind, run.configuration.data.normalization)
    precondition(kind == wanted, "a run of \(wanted) normalisation with a normaliser of kind \(kind)")
    self.run = run
    self.communicator = communicator
    try communicator.reserveMatrixProductWorkspace()
    let sum = try communicator.makeAllReduce(run.buckets, sharedBuffers: run.memory.sharedBuffers)
    self.sum = sum
    replica = try communicator.agree { try Replica(run, sum: sum) }
    accumulator = ShardAccumulator(
      layout: communicator.layout, worker: communicator.worker, partials: sum.partials, pool: replica.context.pool)
    carried = run.carriesState ? CarriedState(shards: communicator.shards.count, pool: replica.context.pool) : nil
    gradientBuffers =
      replica.model.spansBatch
      ? Self.makeGradientBuffers(of: communicator, accumulator, pool: replica.context.pool) : []
  }

  /// One buffer for each shard; that of the first shard of a maximal subtree receives the subtree's sum.
  private static func makeGradientBuffers(
    of communicator: any Communicator, _ accumulator: ShardAccumulator, pool: StoragePool
  ) -> [Tensor] {
    let starts = communicator.layout.partials(of: communicator.worker).map(\.lowerBound)
    return communicator.shards.map { shard in
      starts.firstIndex(of: shard).map { accumulator.partials[$0] }
        ?? Tensor(zeros: accumulator.partials[0].shape, pool: pool)
    }
  }

  /// Broadcasts worker 0's state to every replica. Collective.
  func broadcastState() throws {
    for tensor in replica.ownState { try broadcast(tensor, isTaker: true) }
    guard !replica.sharesWeights || sum.nodeGroup.count < communicator.size else { return try sum.barrier() }
    // One worker of a node group takes the shared part; the others must take part in the broadcast too.
    let isTaker = !replica.sharesWeights || sum.isFirstInNodeGroup
    for tensor in replica.sharableState { try broadcast(tensor, isTaker: isTaker) }
    try sum.barrier()
  }

  /// Broadcasts worker 0's elements to every worker with `isTaker`; the tensors of others do not change. Collective.
  private func broadcast(_ tensor: Tensor, isTaker: Bool) throws {
    let scratch = Tensor(zeros: [isTaker ? 0 : min(tensor.count, Self.broadcastLength)], pool: StoragePool())
    for start in stride(from: 0, to: tensor.count, by: Self.broadcastLength) {
      let part = tensor.rows(start..<min(tensor.count, start + Self.broadcastLength))
      try communicator.broadcast((isTaker ? part : scratch.rows(0..<part.count)).rawBytes, from: 0)
    }
  }

  /// Most elements of one broadcast.
  private static let broadcastLength = 1 << 20

  /// Starts to prepare batches in the background, from `step` on.
  func startLoading(from step: Int) {
    let assembler = run.data.trainingAssembler(
      seed: run.configuration.training.seed, pool: replica.context.pool)
    loader = BatchLoader(
      assembler: assembler, sampler: run.sampler, shards: communicator.shards, of: communicator.layout.shards,
      steps: step..<run.totalSteps, depth: stepsAhead)
  }

  /// Does not wait for batches that are being prepared.
  func abandonLoading() { loader?.abandon() }

  /// Small batches are prepared many at a time: a switch between threads would cost as much as making one.
  private var stepsAhead: Int {
    let batch = Double(run.configuration.training.batchSize) / Double(communicator.size)
    let elements = run.data.sampleShape.reduce(batch) { $0 * Double($1) }
    return max(2, min(64, Int(65_536 / max(1, elements))))
  }

  /// Sample, forward, backward, reduce, update. Collective.
  ///
  /// - Parameters:
  ///   - requests: This worker's requests, summed with the totals. Called when its last shard is done, so that a request
  ///     during a long step counts for that step.
  ///   - report: Whether to report the L2 penalty and the gradient's norm.
  func performStep(
    _ step: Int, learningRate: Double, requests: () -> StepRequests = { StepRequests() }, report: Bool
  ) throws -> Outcome {
    guard let loader else { preconditionFailure("performStep before startLoading") }
    timeline?.begin(step: step)
    // The first step allocates memory and prepares kernels.
    if timeline?.measuredSteps == 1 { replica.layerTimes?.reset() }
    timeline?.enter(.data)
    batches = try loader.next()
    timeline?.enter(.forward)
    let reduced = try allReduceGradients(step: step, requests: requests)
    defer { sum.release() }
    timeline?.enter(.optimizer)
    defer { timeline?.enter(.other) }
    let totals = replica.layout.totals(of: reduced)
    // A sum that is not finite must not reach the weights; the caller reports it.
    guard totals.meanLoss.isFinite else { return Outcome(totals: totals) }
    let result = try replica.update(
      from: reduced, totals: totals, step: step - optimizerStart, learningRate: learningRate, report: report,
      hasReadShared: sum.barrier)
    // Before anyone reads shared weights again.
    try sum.barrier()
    return Outcome(totals: totals, penalty: result.penalty ?? 0, gradientNorm: result.gradientNorm)
  }

  /// Computes this worker's gradient buffers and sums them with the others'.
  private func allReduceGradients(step: Int, requests: () -> StepRequests) throws -> Tensor {
    let (first, last) = (communicator.shards.lowerBound, communicator.shards.upperBound - 1)
    if replica.model.spansBatch {
      try replica.computeGradients(
        batches, step: step, requests: requests, carrying: carried,
        exchange: ShardExchange(communicator, batches, timeline: timeline), into: gradientBuffers, willWrite: sum.begin)
      accumulator.accumulate { shard, buffer in
        if buffer.pointer != gradientBuffers[shard - first].pointer {
          buffer.copy(from: gradientBuffers[shard - first])
        }
      }
    } else {
      var failure: (any Error)?
      try accumulator.accumulate { [sum] start in
        // Buckets are sent during the backward pass; this call and a progress thread advance them.
        sum.ready(from: start)
        guard failure == nil else { return }
        do { try sum.poll() } catch { failure = error }
      } compute: { shard, buffer, isFinal in
        // One shard of each worker carries its requests.
        let batch = batches[shard - first]
        try replica.computeGradients(
          batch, step: step, requests: { shard == last ? requests() : StepRequests() },
          carrying: carried?.state(of: shard - first, for: batch), into: buffer,
          willWrite: sum.begin, isFinal: isFinal)
      }
      if let failure { throw failure }
    }
    try sum.finish()
    return sum.result
  }

  /// Difference between this worker's state and the others', if any. Collective.
  func compareReplicas() throws -> ReplicaDifference? {
    try replica.compare(with: communicator, nodeGroup: sum.nodeGroup)
  }

  /// Whether each worker has its own copy of weights that a node group should have shared.
  var lacksSharedWeights: Bool { run.memory.sharedBuffers > 0 && sum.nodeGroup.count > 1 && !replica.sharesWeights }

  /// The first layer, over all workers, whose output for the current batch is not finite. Collective.
  func firstNonFiniteLayer(step: Int) throws -> String? {
    let order = replica.model.layerPaths
    let mine =
      if replica.model.spansBatch {
        [
          try replica.firstNonFiniteLayer(
            batches, step: step, carrying: carried, exchange: ShardExchange(communicator, batches))
        ]
      } else {
        batches.enumerated().map {
          replica.firstNonFiniteLayer($1, step: step, carrying: carried?.beginning(of: $0))
        }
      }
    let positions = mine.compactMap { $0 }.compactMap { order.firstIndex(of: $0) }
    let all = try communicator.allGather(Array("\(positions.min() ?? order.count)".utf8))
    let earliest = all.compactMap { Int(String(decoding: $0, as: UTF8.self)) }.min() ?? order.count
    return earliest < order.count ? order[earliest] : nil
  }
}
