import Collectives
import CollectivesTestSupport
import Glibc
import Synchronization
import Testing

/// Nobody waits for ever: whatever one worker does, the others come back. (A hang fails by the time limit.)
@Suite(.timeLimit(.minutes(15))) struct ThreadGroupTests {
  private func layout(_ workers: Int) -> ShardLayout { ShardLayout(shards: workers, workers: workers) }

  @Test(arguments: 0..<3)
  func anErrorOfOneWorkerEndsAll(failing: Int) throws {
    let ends = Mutex<[String]>([])
    #expect(throws: CheckFailure.self) {
      try ThreadGroup.run(layout: layout(3)) { communicator in
        try communicator.barrier()
        // Late enough for the others to be asleep.
        if communicator.worker == failing {
          usleep(20_000)
          throw CheckFailure("no data")
        }
        do {
          try communicator.barrier()
        } catch {
          ends.withLock { $0.append("\(error)") }
          throw error
        }
      }
    }
    let expected = CollectiveError.aborted(worker: failing, reason: "no data").description
    #expect(ends.withLock { $0 } == [expected, expected])
  }

  @Test func aWorkerThatLeavesEndsAll() {
    #expect(throws: CollectiveError.left(worker: 1)) {
      try ThreadGroup.run(layout: layout(3)) { communicator in
        if communicator.worker != 1 { try communicator.barrier() }
      }
    }
  }

  /// While the others wait inside a sum that can never be whole.
  @Test(arguments: [100, 5_000]) func anErrorEndsThoseWhoWaitInASum(count: Int) {
    #expect(throws: CheckFailure.self) {
      try ThreadGroup.run(layout: layout(3)) { communicator in
        let sum = try communicator.makeAllReduce(Buckets(count: count))
        if communicator.worker == 1 {
          usleep(20_000)
          throw CheckFailure("no data")
        }
        try sum.begin()
        try sum.finish()
      }
    }
  }

  /// While the others wait for a worker to have read the sum of the round before.
  @Test(arguments: [100, 5_000]) func anErrorEndsThoseWhoWaitToBegin(count: Int) {
    #expect(throws: CheckFailure.self) {
      try ThreadGroup.run(layout: layout(3)) { communicator in
        let sum = try communicator.makeAllReduce(Buckets(count: count))
        try sum.begin()
        try sum.finish()
        if communicator.worker == 1 {
          usleep(20_000)
          throw CheckFailure("cannot read the sum")
        }
        try sum.begin()
        Issue.record("worker \(communicator.worker) began before all had read")
      }
    }
  }

  /// A worker that ends right after its last sum does not fail those who still look at the flags.
  @Test(arguments: [1, 5_000]) func leavingAfterASumIsNoFailure(count: Int) throws {
    for _ in 0..<200 {
      _ = try ThreadGroup.run(layout: layout(3)) { communicator in
        let sum = try communicator.makeAllReduce(Buckets(count: count))
        try sum.begin()
        try sum.finish()
      }
    }
  }

  @Test func differentOperationsAreFound() {
    let sums = CollectiveError.mismatch(operations: ["barrier", "allGather"])
    #expect(throws: sums) {
      try ThreadGroup.run(layout: layout(2)) { communicator in
        if communicator.worker == 0 {
          try communicator.barrier()
        } else {
          _ = try communicator.allGather([])
        }
      }
    }
  }

  @Test func anAbortFromOutsideWakesTheSleeping() {
    let group = ThreadGroup(layout: layout(2))
    let communicator = ThreadCommunicator(group, worker: 0)
    group.abort("time is up", from: 1)
    #expect(throws: CollectiveError.aborted(worker: 1, reason: "time is up")) { try communicator.barrier() }
    #expect(throws: CollectiveError.self) { _ = try communicator.allGather([1]) }
  }

  /// More workers than cores, thousands of barriers: none passes before all have come.
  @Test func barriersHoldEverybodyBack() throws {
    let (workers, rounds) = (7, 200)
    let arrivals = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    _ = try ThreadGroup.run(layout: layout(workers)) { communicator in
      for round in 1...rounds {
        arrivals.add(1, ordering: .relaxed)
        try communicator.barrier()
        if arrivals.load(ordering: .relaxed) < round * workers { early.add(1, ordering: .relaxed) }
        try communicator.barrier()
      }
    }
    #expect(early.load(ordering: .relaxed) == 0)
    #expect(arrivals.load(ordering: .relaxed) == rounds * workers)
  }

  @Test func resultsComeInWorkerOrder() throws {
    let results = try ThreadGroup.run(layout: layout(5)) { communicator in
      usleep(UInt32(5 - communicator.worker) * 1000)
      return communicator.worker
    }
    #expect(results == [0, 1, 2, 3, 4])
  }
}
