import CollectivesTestSupport
import Testing

@testable import Collectives

@Suite struct SumPlanTests {
  /// Every way to cut `count` workers into islands of neighbours.
  private func allIslands(of count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return (1...count).flatMap { first in allIslands(of: count - first).map { [first] + $0 } }
  }

  /// Written out in full: workers' own sums, those of islands and the program above them make the very expression of
  /// the tree, however workers are spread over islands.
  @Test(arguments: 1...7)
  func islandsAddInTheOrderOfTheTree(shards: Int) {
    for workers in 1...shards {
      let layout = ShardLayout(shards: shards, workers: workers)
      for sizes in allIslands(of: workers) {
        let islands = Islands(sizes: sizes)
        var sums: [String] = []
        for members in islands.members {
          let plan = SumPlan(layout: layout, islands: islands, worker: members.lowerBound)
          let own = members.flatMap { layout.partials(of: $0).map(referenceExpression) }
          let joined = evaluate(plan.local, own)
          #expect(plan.islandSlots[plan.island].count == joined.count)
          sums += joined
        }
        let plan = SumPlan(layout: layout, islands: islands, worker: 0)
        #expect(evaluate(plan.global, sums) == [referenceExpression(0..<shards)])
      }
    }
  }

  private func evaluate(_ program: SumProgram, _ values: [String]) -> [String] {
    var slots = values
    #expect(slots.count == program.slotCount)
    for addition in program.additions {
      slots[addition.target] = "(\(slots[addition.target])+\(slots[addition.source]))"
    }
    return program.roots.map { slots[$0] }
  }

  /// Every byte of an arena is taken by one worker: a write to one that nobody took could end its writer.
  @Test(arguments: [1, 2, 3, 5, 8], [0, 1, 1_000, 5_000])
  func partsOfAnArenaAreTheWhole(shards: Int, count: Int) {
    for workers in 1...shards {
      for sizes in allIslands(of: workers) {
        let islands = Islands(sizes: sizes)
        for members in islands.members {
          let shapes = members.map {
            SumArena.Shape(
              layout: ShardLayout(shards: shards, workers: workers), islands: islands, worker: $0, count: count)
          }
          var end = 0
          for part in shapes.flatMap(\.ownBytes).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            #expect(part.lowerBound == end)
            end = part.upperBound
          }
          #expect(end == shapes[0].byteCount)
        }
      }
    }
  }

  /// On every island each slice has one holder, the owner is its own, and the work is even.
  @Test(arguments: 1...7)
  func holdersShareTheSlices(workers: Int) {
    for sizes in allIslands(of: workers) {
      let islands = Islands(sizes: sizes)
      let layout = ShardLayout(shards: workers, workers: workers)
      for (island, members) in islands.members.enumerated() {
        let held = members.map { SumPlan(layout: layout, islands: islands, worker: $0).heldSlices }
        #expect(held.flatMap { $0 }.sorted() == Array(0..<workers))
        for (member, slices) in zip(members, held) {
          #expect(slices.contains(member))
          #expect(slices.count <= (workers + members.count - 1) / members.count + 1)
        }
        for owner in 0..<workers where !members.contains(owner) {
          let holders = SumPlan(layout: layout, islands: islands, worker: owner).holders(ofSliceOwnedBy: owner)
          let holder = holders.first { $0.island == island }?.worker ?? -1
          #expect(members.contains(holder) && held[holder - members.lowerBound].contains(owner))
        }
      }
    }
  }

  @Test func bucketsBeginAtTheEndAndAtCuts() {
    #expect(Buckets(count: 10).ranges == [0..<10])
    #expect(Buckets(count: 0).ranges == [0..<0])
    #expect(Buckets(count: 100, cuts: [0, 10, 20, 60, 90], minimum: 25).ranges == [60..<100, 20..<60, 0..<20])
    #expect(Buckets(count: 100, cuts: [0, 10, 20, 60, 90], minimum: 1000).ranges == [0..<100])
    let cut = Buckets(count: 100, cuts: [50], minimum: 1)
    #expect(cut.count == 100 && cut.digest != Buckets(count: 100).digest)
  }
}
