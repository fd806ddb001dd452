import Tensors

/// Prepares a worker's shards of each global batch, in the background and ahead of time.
///
/// Which samples a shard holds, and what happens to them, follows from the sampler, the shard's number and the
/// number of shards: not from who asks. Make it on the worker's own thread: its helper then shares the worker's cores.
public final class BatchLoader: Sendable {
  private let prefetcher: Prefetcher<[Batch]>

  /// - Parameters:
  ///   - assembler: reads the training split.
  ///   - shards: this worker's part of 0 ..< `shardCount`.
  ///   - steps: from the step where training starts or goes on, to the one before which it ends.
  ///   - depth: steps that are prepared ahead.
  public init(
    assembler: BatchAssembler, sampler: EpochSampler, shards: Range<Int>, of shardCount: Int, steps: Range<Int>,
    depth: Int = 2
  ) {
    precondition(
      shards.lowerBound >= 0 && shards.upperBound <= shardCount, "shards \(shards) of \(shardCount)")
    precondition(
      sampler.count == assembler.split.count,
      "a sampler of \(sampler.count) samples for a split of \(assembler.split.count)")
    prefetcher = Prefetcher(steps, depth: depth, name: "lockstep-loader") {
      var epoch = -1
      var order: [Int] = []
      return { (step: Int) throws(DataError) -> [Batch] in
        if sampler.epoch(ofStep: step) != epoch {
          epoch = sampler.epoch(ofStep: step)
          order = sampler.permutation(epoch: epoch)
        }
        let global = order[sampler.positions(ofStep: step)]
        var batches: [Batch] = []
        for shard in shards {
          let range = Sharding.range(count: global.count, part: shard, of: shardCount)
          let start = global.startIndex
          let samples = global[start + range.lowerBound..<start + range.upperBound]
          batches.append(try assembler.assemble(samples, epoch: epoch, firstPosition: range.lowerBound))
        }
        return batches
      }
    }
  }

  /// The worker's shards of the next step, in order; a shard without samples has `count` 0.
  public func next() throws(DataError) -> [Batch] { try prefetcher.next() }
}
