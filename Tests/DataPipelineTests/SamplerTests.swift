import Tensors
import Testing

@testable import DataPipeline

/// Laws of the sampler and of shards.
struct SamplerTests {
  @Test(arguments: [(count: 101, batch: 10), (7, 7), (7, 8), (5, 1), (64, 16)])
  func eachSampleOnceAnEpoch(count: Int, batch: Int) {
    let sampler = EpochSampler(seed: 9, count: count, batchSize: batch)
    for epoch in 0..<3 {
      let steps = (0..<sampler.stepsPerEpoch).map { $0 + epoch * sampler.stepsPerEpoch }
      #expect(steps.allSatisfy { sampler.epoch(ofStep: $0) == epoch })
      let seen = steps.flatMap { sampler.batch(step: $0) }
      #expect(seen.sorted() == Array(0..<count))
      #expect(steps.dropLast().allSatisfy { sampler.batch(step: $0).count == batch })
    }
  }

  @Test func orderIsAFunctionOfSeedAndEpoch() {
    let sampler = EpochSampler(seed: 9, count: 101, batchSize: 10)
    #expect(sampler.permutation(epoch: 3) == EpochSampler(seed: 9, count: 101, batchSize: 33).permutation(epoch: 3))
    #expect(sampler.permutation(epoch: 3) != sampler.permutation(epoch: 4))
    #expect(sampler.permutation(epoch: 3) != EpochSampler(seed: 8, count: 101, batchSize: 10).permutation(epoch: 3))
  }

  @Test func dropLastLeavesOutTheShortBatch() {
    let sampler = EpochSampler(seed: 1, count: 101, batchSize: 10, dropLast: true)
    #expect(sampler.stepsPerEpoch == 10)
    #expect((0..<30).allSatisfy { sampler.batch(step: $0).count == 10 })
    // Nothing but a short batch: it stays.
    let short = EpochSampler(seed: 1, count: 7, batchSize: 10, dropLast: true)
    #expect(short.stepsPerEpoch == 1 && short.batch(step: 5).count == 7)
  }

  @Test(arguments: [0, 1, 3, 4, 100, 101], [1, 2, 3, 4, 7])
  func shardsCutABatchIntoNearlyEqualRuns(count: Int, parts: Int) {
    let ranges = (0..<parts).map { Sharding.range(count: count, part: $0, of: parts) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<count))
    let sizes = ranges.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }
}
