import Tensors

/// Prepares a worker's shards of each global batch, in the background and ahead of time.
///
/// The samples of a shard and their random changes depend on the sampler, the shard's number and the number of shards, not on the
/// worker. Create the loader on the worker's own thread, so that its helper thread shares the worker's cores.
public final class BatchLoader: Sendable {
  private let prefetcher: Prefetcher<[Batch]>

  /// - Parameters:
  ///   - assembler: Makes batches of the training split.
  ///   - sampler: Samples of each step.
  ///   - shards: This worker's part of 0 ..< `shardCount`.
  ///   - shardCount: Number of shards of a global batch.
  ///   - steps: The steps to prepare, from the first of this run on.
  ///   - depth: Number of steps that are prepared ahead.
  public init(
    assembler: any BatchAssembler, sampler: any StepSampler, shards: Range<Int>, of shardCount: Int, steps: Range<Int>,
    depth: Int = 2
  ) {
    precondition(
      shards.lowerBound >= 0 && shards.upperBound <= shardCount, "shards \(shards) of \(shardCount)")
    prefetcher = Prefetcher(steps, depth: depth) {
      let samples = sampler.makeReader()
      return { (step: Int) throws(DataError) -> [Batch] in
        let sampled = samples(step)
        let global = sampled.samples
        var batches: [Batch] = []
        for shard in shards {
          let range = Sharding.range(count: global.count, part: shard, of: shardCount)
          let start = global.startIndex
          let own = global[start + range.lowerBound..<start + range.upperBound]
          batches.append(try assembler.assemble(own, of: sampled, firstPosition: range.lowerBound))
        }
        return batches
      }
    }
  }

  /// The worker's shards of the next step, in order; a shard without samples has `count` 0.
  public func next() throws(DataError) -> [Batch] { try prefetcher.next() }

  /// Ends preparing, without waiting for the step that is being read.
  public func abandon() { prefetcher.abandon() }
}
