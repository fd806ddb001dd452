import Configuration
import Foundation
import Synchronization
import Tensors
import Testing

@testable import DataPipeline

/// Laws of the loaders: the placement changes nothing, errors arrive, nothing hangs.
@Suite(.timeLimit(.minutes(15)))
struct LoaderTests {
  private let pool = StoragePool()
  private let dataset = MemoryDataset(count: 53)

  private func assembler(_ dataset: MemoryDataset) -> BatchAssembler {
    ImageAssembler(
      split: ImageSplit(dataset),
      ImagePreparation(
        transforms: TransformList([.flip, .randomCrop(size: Extent(2), padding: 1, reflecting: true), .shift(1)])),
      seed: 7, pool: pool)
  }

  /// Values, labels and samples of every shard of every step, as so many workers see them.
  private func epoch(workers: Int, shards: Int, batchSize: Int, steps: Range<Int>) throws -> [[String]] {
    let sampler = EpochSampler(seed: 7, count: dataset.count, batchSize: batchSize)
    let loaders = (0..<workers).map { worker in
      BatchLoader(
        assembler: assembler(dataset), sampler: sampler,
        shards: Sharding.range(count: shards, part: worker, of: workers), of: shards, steps: steps)
    }
    return try steps.map { _ in
      try loaders.flatMap { loader in
        try loader.next().map { "\($0.firstPosition) \($0.sampleIndices) \($0.labels.values) \($0.inputs.values)" }
      }
    }
  }

  @Test(arguments: [10, 53, 3]) func anyPlacementOfShardsGivesTheSameBatches(batchSize: Int) throws {
    let alone = try epoch(workers: 1, shards: 4, batchSize: batchSize, steps: 0..<13)
    for workers in [2, 3, 4] {
      #expect(try epoch(workers: workers, shards: 4, batchSize: batchSize, steps: 0..<13) == alone)
    }
    // And so does a run that begins in the middle.
    #expect(try epoch(workers: 3, shards: 4, batchSize: batchSize, steps: 5..<13) == Array(alone[5...]))
  }

  @Test func positionsAreThoseOfTheGlobalBatch() throws {
    let sampler = EpochSampler(seed: 7, count: 53, batchSize: 10)
    let loader = BatchLoader(
      assembler: assembler(dataset), sampler: sampler, shards: 0..<4, of: 4, steps: 0..<6)
    for step in 0..<6 {
      let shards = try loader.next()
      #expect(shards.flatMap { $0.sampleIndices.map { Int($0) } } == sampler.batch(step: step))
      var position = 0
      for shard in shards {
        #expect(shard.firstPosition == position)
        position += shard.count
      }
    }
  }

  @Test func anErrorOnTheThreadSurfacesInNextAgainAndAgain() throws {
    var broken = dataset
    broken.failing = [EpochSampler(seed: 7, count: 53, batchSize: 10).batch(step: 2)[4]]
    let loader = BatchLoader(
      assembler: assembler(broken), sampler: EpochSampler(seed: 7, count: 53, batchSize: 10), shards: 0..<1, of: 1,
      steps: 0..<5)
    _ = try loader.next()
    _ = try loader.next()
    for _ in 0..<2 { #expect(throws: DataError.self) { try loader.next() } }
  }

  /// Counts from any thread.
  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func increment() { value.add(1, ordering: .sequentiallyConsistent) }
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
  }

  @Test func aLoaderThatIsLetGoStopsItsThread() throws {
    let made = Counter()
    for taken in 0..<4 {
      let prefetcher = Prefetcher<Int>(0..<1000, depth: 2) {
        { (number: Int) throws(DataError) -> Int in
          made.increment()
          return number
        }
      }
      for number in 0..<taken { #expect(try prefetcher.next() == number) }
    }
    // `deinit` waits, so nothing is made any more: at most what was taken, two ahead and one in the making.
    let before = made.count
    #expect(before <= (0 + 1 + 2 + 3) + 4 * 3)
    Thread.sleep(forTimeInterval: 0.02)
    #expect(made.count == before)
  }

  @Test func preparesNoFurtherAheadThanItsDepth() throws {
    let made = Counter()
    let reached = DispatchSemaphore(value: 0)
    let prefetcher = Prefetcher<Int>(0..<1000, depth: 3) {
      { (number: Int) throws(DataError) -> Int in
        made.increment()
        if number == 2 { reached.signal() }
        return number
      }
    }
    reached.wait()
    Thread.sleep(forTimeInterval: 0.02)
    #expect(made.count == 3)
    #expect(try prefetcher.next() == 0)
  }

  @Test func aThreadThatTheSystemRefusesIsAnErrorAndNoWait() throws {
    let prefetcher = Prefetcher<Int>(0..<10, depth: 2, stackBytes: 1 << 46) {
      { (number: Int) throws(DataError) -> Int in number }
    }
    for _ in 0..<2 {
      #expect {
        try prefetcher.next()
      } throws: { "\($0)".contains("the system refused a thread") }
    }
  }

  @Test func emptyRangesNeedNoThread() {
    let started = Counter()
    do {
      let prefetcher = Prefetcher<Int>(4..<4, depth: 2) {
        started.increment()
        return { (number: Int) throws(DataError) -> Int in number }
      }
      withExtendedLifetime(prefetcher) {}
    }
    // `deinit` waits for the thread, if there is one.
    #expect(started.count == 0)
  }

  @Test(arguments: [1, 2, 3]) func evaluationSeesEverySampleOnceInFixedBlocks(workers: Int) throws {
    let blocks = EvaluationBlocks(count: 53, blockSize: 8)
    #expect(blocks.blockCount == 7 && blocks.samples(ofBlock: 6) == 48..<53)
    var samples: [UInt32] = []
    for worker in 0..<workers {
      let mine = Sharding.range(count: blocks.blockCount, part: worker, of: workers)
      let loader = EvaluationLoader(
        assembler: ImageAssembler(split: ImageSplit(dataset), pool: pool), blockSize: 8,
        blocks: mine)
      for block in mine {
        let batch = try loader.next()
        #expect(batch.firstPosition == 8 * block && batch.count == blocks.samples(ofBlock: block).count)
        samples += batch.sampleIndices
      }
    }
    #expect(samples == (0..<53).map { UInt32($0) })
  }
}
