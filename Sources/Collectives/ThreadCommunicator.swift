/// One worker of a `ThreadGroup`.
///
/// Every operation is: publish what this worker brings, a barrier, work on everybody's memory, a second barrier.
public final class ThreadCommunicator: Communicator {
  public let worker: Int
  private let group: ThreadGroup
  /// The slots' and results' addresses moved to this worker's slice.
  private let sliceSlots: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  private let sliceResults: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>

  /// The communicator of `worker`; make one a worker, on that worker's thread.
  public init(_ group: ThreadGroup, worker: Int) {
    precondition(worker >= 0 && worker < group.layout.workers, "worker \(worker) of \(group.layout.workers)")
    self.worker = worker
    self.group = group
    sliceSlots = .allocate(capacity: group.program.slotCount)
    sliceResults = .allocate(capacity: group.layout.workers)
  }

  deinit {
    sliceSlots.deallocate()
    sliceResults.deallocate()
  }

  public var layout: ShardLayout { group.layout }

  public func barrier() throws {
    try meet(in: .barrier)
    group.barrier.waitForAll()
  }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    precondition(root >= 0 && root < size, "broadcast from worker \(root) of \(size)")
    if worker == root { group.board.source = UnsafeRawBufferPointer(bytes) }
    try meet(in: .broadcast(byteCount: bytes.count, root: root))
    if worker != root { bytes.copyMemory(from: group.board.source) }
    group.barrier.waitForAll()
  }

  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    group.board.messages[worker] = bytes
    try meet(in: .allGather)
    let gathered = Array(group.board.messages)
    group.barrier.waitForAll()
    return gathered
  }

  /// Each worker owns a slice of the elements: it reads that slice of all partial sums, adds in the order of the
  /// tree, and writes the sum into everybody's result. With one partial a worker, memory traffic of a worker is
  /// `count` elements read and `count` written, in one step.
  public func sumOverShards(
    _ partials: [UnsafeMutablePointer<Float>], count: Int, into result: UnsafeMutablePointer<Float>
  ) throws {
    let own = group.program.slots[worker]
    precondition(
      partials.count == own.count,
      "\(partials.count) partial sums from worker \(worker), whose shards \(shards) make \(own.count)")
    for (slot, partial) in zip(own, partials) { group.board.slots[slot] = partial }
    group.board.results[worker] = result
    try meet(in: .sumOverShards(count: count))
    let slice = Slices(count: count, owners: size)[worker]
    for slot in sliceSlots.indices { sliceSlots[slot] = group.board.slots[slot] + slice.lowerBound }
    for other in sliceResults.indices { sliceResults[other] = group.board.results[other] + slice.lowerBound }
    if let slots = sliceSlots.baseAddress {
      group.program.evaluate(slots: slots, count: slice.count, results: sliceResults)
    }
    group.barrier.waitForAll()
  }

  private func meet(in operation: CollectiveOperation) throws {
    group.board.operations[worker] = operation
    try group.barrier.wait()
    try CollectiveOperation.checkAgreement(group.board.operations)
  }
}
