/// One worker of a `ThreadGroup`.
///
/// Every operation is: publish what this worker brings, a barrier, work on everybody's memory, a second barrier. (A shard
/// sum, once made, has flags of its own.)
public final class ThreadCommunicator: Communicator {
  public let worker: Int
  private let group: ThreadGroup
  /// The communicator of `worker`; make one a worker, on that worker's thread.
  public init(_ group: ThreadGroup, worker: Int) {
    precondition(worker >= 0 && worker < group.layout.workers, "worker \(worker) of \(group.layout.workers)")
    self.worker = worker
    self.group = group
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

  public func makeShardSum(_ buckets: Buckets) throws -> ShardSum {
    let islands = Islands(sizes: [size])
    if worker == 0 {
      let shape = SumArena.Shape(layout: layout, islands: islands, worker: 0, count: buckets.count)
      group.board.arena = SumArena(inProcess: shape)
    }
    try meet(in: .shardSum(count: buckets.count, digest: buckets.digest))
    guard let arena = group.board.arena else { preconditionFailure("worker 0 made no arena") }
    group.barrier.waitForAll()
    if worker == 0 { group.board.arena = nil }
    return ShardSum(
      layout: layout, worker: worker, islands: islands, buckets: buckets, arena: arena, transport: nil
    ) { [group] in try group.barrier.checkFailure() }
  }

  private func meet(in operation: CollectiveOperation) throws {
    group.board.operations[worker] = operation
    try group.barrier.wait()
    try CollectiveOperation.checkAgreement(group.board.operations)
  }
}
