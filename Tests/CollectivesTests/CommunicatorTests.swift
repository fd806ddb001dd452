import Collectives
import CollectivesTestSupport
import Tensors
import Testing

/// The same bits for every placement: each check holds every worker's result against one plain reference.
@Suite struct CommunicatorTests {
  private static let block = ReductionProgram.blockLength
  private static let lengths = [0, 1, 101, block - 1, block, block + 1, 10_007]

  @Test func aSingleWorkerKeepsTheLaws() throws {
    for shards in [1, 4, 7] {
      #expect(try CommunicatorChecks(SoloCommunicator(shards: shards)).runAll(lengths: Self.lengths) > 20_000)
    }
  }

  @Test(arguments: [(1, 1), (2, 2), (5, 3), (4, 4), (7, 4), (9, 7)])
  func threadsKeepTheLaws(shards: Int, workers: Int) throws {
    let comparisons = try ThreadGroup.run(layout: ShardLayout(shards: shards, workers: workers)) {
      try CommunicatorChecks($0).runAll(lengths: Self.lengths)
    }
    #expect(comparisons.count == workers)
    #expect(comparisons.allSatisfy { $0 > 20_000 })
  }

  /// Short sums, which every worker makes for itself, and sums of a few pages.
  @Test(arguments: 1...17, [37, 2 * Slices.pageLength + 37])
  func everyNumberOfThreadsGivesTheSameBits(shards: Int, count: Int) throws {
    for workers in 1...shards {
      let compared = try ThreadGroup.run(layout: ShardLayout(shards: shards, workers: workers)) {
        try CommunicatorChecks($0).sums(Buckets(count: count), rounds: shards..<shards + 2)
      }
      #expect(compared == Array(repeating: 2 * count, count: workers))
    }
  }

  /// Where memory can be mapped only once, the result has a buffer of its own.
  @Test func threadsWithoutSharedMemoryGiveTheSameBits() throws {
    let (layout, buckets) = (ShardLayout(shards: 5, workers: 3), Buckets(count: 7_000, cuts: [3_000], minimum: 1))
    let nodeGroups = NodeGroups(sizes: [3])
    let memory = AllReduceMemory(
      inProcess: AllReduceMemory.Shape(
        layout: layout, nodeGroups: nodeGroups, worker: 0, buckets: buckets, isShared: false))
    let results = try ThreadGroup.run(layout: layout) { communicator in
      let sum = AllReduce(
        layout: layout, worker: communicator.worker, nodeGroups: nodeGroups, buckets: buckets, memory: memory,
        transport: nil,
        checkFailure: {})
      let accumulator = ShardAccumulator(
        layout: layout, worker: communicator.worker, partials: sum.partials, pool: StoragePool())
      return try (0..<2).map { round in
        try sum.begin()
        accumulator.accumulate { shard, buffer in
          for index in 0..<buckets.count {
            buffer.floats[index] = TestData.value(shard: shard, index: index, round: round)
          }
        }
        try sum.finish()
        return Array(sum.result.floats)
      }
    }
    let expected = (0..<2).map { round in
      referenceSum((0..<5).map { TestData.values(shard: $0, count: buckets.count, round: round) })
    }
    #expect(results == [expected, expected, expected])
  }

  /// Slices of many blocks and pages.
  @Test(arguments: [2, 3])
  func longSumsKeepTheLaws(workers: Int) throws {
    let length = workers * (64 << 10) + 5
    let compared = try ThreadGroup.run(layout: ShardLayout(shards: 4, workers: workers)) {
      try CommunicatorChecks($0).sums(Buckets(count: length), rounds: 0..<1)
    }
    #expect(compared == Array(repeating: length, count: workers))
  }

  /// The checks above would pass in vain if the order of additions did not show, or if workers began equal.
  @Test func otherOrdersAndUnsynchronisedWorkersDiffer() throws {
    let leaves = (0..<7).map { TestData.values(shard: $0, count: 101) }
    let sum = referenceSum(leaves)
    let leftToRight = leaves.dropFirst().reduce(leaves[0]) { sum, leaf in zip(sum, leaf).map { $0 + $1 } }
    #expect(leftToRight != sum)
    let own = try ThreadGroup.run(layout: ShardLayout(shards: 7, workers: 3)) { communicator in
      let accumulator = ShardAccumulator(layout: communicator.layout, worker: communicator.worker, count: 101)
      accumulator.accumulate { shard, buffer in
        for index in 0..<101 { buffer.floats[index] = leaves[shard][index] }
      }
      return Array(accumulator.partials[0].floats)
    }
    #expect(own[0] != own[1] && own[1] != own[2] && own[0] != sum)
  }

  @Test func aCheckThatDoesNotHoldIsReported() {
    #expect(throws: CheckFailure.self) { try CommunicatorChecks(Forgetful()).runAll(lengths: [3]) }
  }
}

/// A communicator of two workers that never asks the other one.
private final class Forgetful: Communicator {
  let worker = 0
  let layout = ShardLayout(shards: 2, workers: 2)
  func barrier() {}
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {}
  func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes, bytes] }
  func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) -> AllReduce {
    SoloCommunicator(shards: 1).makeAllReduce(buckets, sharedBuffers: sharedBuffers)
  }
}
