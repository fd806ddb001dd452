import Collectives
import CollectivesTestSupport
import Testing

@Suite struct ShardLayoutTests {
  @Test(arguments: 1...17)
  func rangesAreContiguousAndEven(shards: Int) {
    for workers in 1...shards {
      let layout = ShardLayout(shards: shards, workers: workers)
      let ranges = (0..<workers).map(layout.shards(of:))
      #expect(ranges.flatMap(Array.init) == Array(0..<shards))
      let lengths = ranges.map(\.count)
      #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
      for shard in 0..<shards { #expect(ranges[layout.worker(of: shard)].contains(shard)) }
      let imbalance = Double((lengths.max() ?? 0) * workers) / Double(shards) - 1
      #expect(abs(layout.imbalance - imbalance) < 1e-12)
      #expect((layout.imbalance == 0) == shards.isMultiple(of: workers))
    }
  }

  @Test(arguments: [(4, 1), (4, 2), (4, 4), (8, 4), (12, 4), (16, 8), (20, 2), (5, 2), (7, 4)])
  func aPowerOfTwoOfWorkersHandsOverOnePartialEach(shards: Int, workers: Int) {
    let layout = ShardLayout(shards: shards, workers: workers)
    for worker in 0..<workers { #expect(layout.partials(of: worker) == [layout.shards(of: worker)]) }
  }

  @Test(arguments: [0, 1, 101, 1023, 1024, 1025, 10_000, 70_000])
  func slicesCoverASegmentInWholePages(count: Int) {
    for owners in 1...7 {
      for start in [0, 3 * Slices.pageLength] {
        let slices = (0..<owners).map { Slices(of: start..<start + count, owners: owners)[$0] }
        #expect(slices.flatMap(Array.init) == Array(start..<start + count))
        for slice in slices where !slice.isEmpty { #expect(slice.lowerBound.isMultiple(of: Slices.pageLength)) }
        #expect(slices.allSatisfy { $0.count <= (count + Slices.pageLength) / owners + Slices.pageLength })
      }
    }
  }
}
