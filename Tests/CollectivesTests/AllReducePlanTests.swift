import CollectivesTestSupport
import Testing

@testable import Collectives

@Suite struct AllReducePlanTests {
  /// Every way to cut `count` workers into node groups of neighbours.
  private func allGroupings(of count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return (1...count).flatMap { first in allGroupings(of: count - first).map { [first] + $0 } }
  }

  /// Written out in full: workers' own sums, those of node groups and the program above them make the very expression of
  /// the tree, however workers are spread over node groups.
  @Test(arguments: 1...7)
  func nodeGroupsAddInTheOrderOfTheTree(shards: Int) {
    for workers in 1...shards {
      let layout = ShardLayout(shards: shards, workers: workers)
      for sizes in allGroupings(of: workers) {
        let nodeGroups = NodeGroups(sizes: sizes)
        var sums: [String] = []
        for members in nodeGroups.members {
          let plan = AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: members.lowerBound)
          let own = members.flatMap { layout.partials(of: $0).map(referenceExpression) }
          let joined = evaluate(plan.local, own)
          // Where a worker has a node group for itself, nothing is to be joined there.
          if members.count == 1 { #expect(!plan.local.givenRoots.contains(nil)) }
          #expect(plan.groupSlots[plan.nodeGroup].count == joined.count)
          sums += joined
        }
        let plan = AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: 0)
        #expect(evaluate(plan.global, sums) == [referenceExpression(0..<shards)])
      }
    }
  }

  private func evaluate(_ program: ReductionProgram, _ values: [String]) -> [String] {
    #expect(values.count == program.slotCount)
    var blocks: [Int: String] = [:]
    var roots = program.givenRoots.map { $0.map { values[$0] } }
    func value(_ operand: ReductionProgram.Operand) -> String {
      switch operand {
      case .slot(let slot): values[slot]
      case .block(let block): blocks[block] ?? "nothing"
      }
    }
    for addition in program.additions {
      let sum = "(\(value(addition.left))+\(value(addition.right)))"
      if let root = addition.root { roots[root] = sum } else { blocks[addition.block] = sum }
    }
    return roots.compactMap { $0 }
  }

  /// Every byte of the memory is taken by one worker: a write to one that nobody took could end its writer.
  @Test(arguments: [1, 2, 3, 5, 8], [0, 1, 1_000, 5_000])
  func partsOfAnArenaAreTheWhole(shards: Int, count: Int) {
    for workers in 1...shards {
      for sizes in allGroupings(of: workers) {
        let nodeGroups = NodeGroups(sizes: sizes)
        for (members, isShared) in nodeGroups.members.flatMap({ [($0, true), ($0, false)] }) {
          let shapes = members.map {
            AllReduceMemory.Shape(
              layout: ShardLayout(shards: shards, workers: workers), nodeGroups: nodeGroups, worker: $0,
              buckets: Buckets(count: count), isShared: isShared)
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

  /// Segments of the slots that make the result when they are mapped one behind the other: each begins with a page, as
  /// far into its slot as into the result, which the segments before it fill.
  @Test(arguments: [2, 3, 5], [257, 1_024, 5_000, 40_000])
  func slicesInTheSlotsMakeTheResult(workers: Int, count: Int) {
    let page = SharedMemory.pageBytes
    for buckets in [Buckets(count: count), Buckets(count: count, cuts: [1_000, 5_000, 20_000], minimum: 1)] {
      let layout = ShardLayout(shards: workers + 1, workers: workers)
      for sizes in [[workers], [workers - 1, 1], [1, workers - 1]] {
        let nodeGroups = NodeGroups(sizes: sizes)
        for members in nodeGroups.members where members.count > 1 {
          let shape = AllReduceMemory.Shape(
            layout: layout, nodeGroups: nodeGroups, worker: members.lowerBound, buckets: buckets, isShared: true)
          let slotBytes = (count * 4 + page - 1) / page * page
          let slots = members.reduce(0) { $0 + layout.partials(of: $1).count }
          let firstSlot = shape.byteCount - slots * slotBytes
          var end = 0
          for segment in shape.resultSegments {
            #expect(segment.lowerBound.isMultiple(of: page) && segment.count.isMultiple(of: page))
            #expect((segment.lowerBound - firstSlot) % slotBytes == end)
            end += segment.count
          }
          #expect(end == slotBytes)
        }
      }
    }
  }

  /// A sum that overwrites a slot leaves the others as they were.
  @Test(arguments: 2...7)
  func sumsGoOverOneSlot(shards: Int) {
    let program = ReductionProgram(nodes: (0..<shards).map { $0..<$0 + 1 }, roots: [0..<shards])
    let count = ReductionProgram.blockLength + 3
    let leaves = (0..<shards).map { TestData.values(shard: $0, count: count, round: 0) }
    for target in 0..<shards {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: shards * count + program.scratchLength)
      var slots = (0..<shards).map { memory + $0 * count }
      defer { memory.deallocate() }
      for (slot, leaf) in zip(slots, leaves) { slot.update(from: leaf, count: count) }
      var result = slots[target]
      slots.withUnsafeMutableBufferPointer {
        program.evaluate(slots: $0.baseAddress!, count: count, into: &result, scratch: memory + shards * count)
      }
      for (slot, leaf) in zip(slots.indices, leaves) {
        let expected = slot == target ? referenceSum(leaves) : leaf
        #expect(Array(UnsafeBufferPointer(start: slots[slot], count: count)) == expected)
      }
    }
  }

  /// On every node group each slice has one local owner, which is the owner in its own group, and the work is even.
  @Test(arguments: 1...7)
  func localOwnersShareTheSlices(workers: Int) {
    for sizes in allGroupings(of: workers) {
      let nodeGroups = NodeGroups(sizes: sizes)
      let layout = ShardLayout(shards: workers, workers: workers)
      for (nodeGroup, members) in nodeGroups.members.enumerated() {
        let held = members.map { AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: $0).locallyOwnedSlices }
        #expect(held.flatMap { $0 }.sorted() == Array(0..<workers))
        for (member, slices) in zip(members, held) {
          #expect(slices.contains(member))
          #expect(slices.count <= (workers + members.count - 1) / members.count + 1)
        }
        for owner in 0..<workers where !members.contains(owner) {
          let localOwners = AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: owner).localOwners(
            ofSliceOwnedBy: owner)
          let localOwner = localOwners.first { $0.nodeGroup == nodeGroup }?.worker ?? -1
          #expect(members.contains(localOwner) && held[localOwner - members.lowerBound].contains(owner))
        }
      }
    }
  }

  @Test func bucketsBeginAtTheEndAndAtCuts() {
    #expect(Buckets(count: 10).ranges == [0..<10])
    #expect(Buckets(count: 0).ranges == [0..<0])
    // At the pages that follow, so that a bucket waits for no element before its cut.
    let page = Slices.pageLength
    let cuts = [0, 1, 2 * page, 6 * page - 1, 9 * page]
    let count = 10 * page - 7
    #expect(
      Buckets(count: count, cuts: cuts, minimum: 2 * page).ranges == [
        6 * page..<count, 2 * page..<6 * page, 0..<2 * page,
      ])
    #expect(Buckets(count: count, cuts: cuts, minimum: count).ranges == [0..<count])
    #expect(Buckets(count: 100, cuts: [50], minimum: 1).ranges == [0..<100])
    let cut = Buckets(count: count, cuts: [page], minimum: 1)
    #expect(cut.count == count)
    #expect(cut.digest(sharedBuffers: 0) != Buckets(count: count).digest(sharedBuffers: 0))
    #expect(cut.digest(sharedBuffers: 0) != cut.digest(sharedBuffers: 2))
  }
}
