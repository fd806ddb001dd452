import Tensors

/// Prepares a worker's shards of each global batch, in the background and ahead of time.
///
/// Which samples a shard holds, and what happens to them, follows from the sampler, the shard's number and the
/// number of shards: not from who asks. Make it on the worker's own thread: its helper then shares the worker's cores.
public final class BatchLoader: Sendable {
  private let prefetcher: Prefetcher<[Batch]>

  /// - Parameters:
  ///   - assembler: reads the training split.
  ///   - sampler: Samples of each step.
  ///   - shards: this worker's part of 0 ..< `shardCount`.
  ///   - shardCount: Number of shards of a global batch.
  ///   - steps: from the step where training starts or goes on, to the one before which it ends.
  ///   - depth: steps that are prepared ahead.
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

  /// Nobody asks for more, nor waits for the step that is being read.
  public func abandon() { prefetcher.abandon() }
}
