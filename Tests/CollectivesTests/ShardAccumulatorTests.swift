import Collectives
import CollectivesTestSupport
import Tensors
import Testing

@Suite struct ShardAccumulatorTests {
  @Test(arguments: 1...17)
  func sumsEverySubtreeInTheOrderOfTheTree(shards: Int) {
    let count = 13
    for workers in 1...shards {
      let layout = ShardLayout(shards: shards, workers: workers)
      for worker in 0..<workers {
        let accumulator = ShardAccumulator(layout: layout, worker: worker, count: count)
        var visited: [Int] = []
        accumulator.accumulate { shard, buffer in
          visited.append(shard)
          for index in 0..<count { buffer.floats[index] = TestData.value(shard: shard, index: index) }
        }
        #expect(visited == Array(layout.shards(of: worker)))
        for (partial, node) in zip(accumulator.partials, layout.partials(of: worker)) {
          #expect(Array(partial.floats) == referenceSum(node.map { TestData.values(shard: $0, count: count) }))
        }
      }
    }
  }

  @Test(arguments: [(1, 0), (2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (17, 4)])
  func takesLogarithmicallyManyScratchBuffers(shards: Int, buffers: Int) {
    #expect(ShardAccumulator.scratchBuffers(for: 0..<shards) == buffers)
  }

  @Test func takesNoMemoryOnceItIsMade() {
    let pool = StoragePool()
    let accumulator = ShardAccumulator(
      layout: ShardLayout(shards: 11, workers: 2), worker: 1, count: 64, pool: pool)
    let before = pool.statistics
    for _ in 0..<3 { accumulator.accumulate { _, buffer in buffer.fillWithZeros() } }
    #expect(pool.statistics == before)
  }

  @Test func usesTheMemoryThatIsGiven() {
    let pool = StoragePool()
    let gradients = Tensor(zeros: [5], pool: pool)
    let accumulator = ShardAccumulator(
      layout: ShardLayout(shards: 3, workers: 1), worker: 0, partials: [gradients], pool: pool)
    accumulator.accumulate { shard, buffer in for index in 0..<5 { buffer[index] = Double(shard + 1) } }
    #expect(gradients.values == [6, 6, 6, 6, 6])
  }

  @Test func aFailingShardEndsTheSum() {
    let accumulator = ShardAccumulator(
      layout: ShardLayout(shards: 4, workers: 1), worker: 0, count: 1)
    var visited = 0
    #expect(throws: CheckFailure.self) {
      try accumulator.accumulate { shard, _ in
        visited += 1
        if shard == 2 { throw CheckFailure("no data") }
      }
    }
    #expect(visited == 3)
  }
}
