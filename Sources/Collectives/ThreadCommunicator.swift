/// One worker of a `ThreadGroup`.
///
/// Every operation has four parts: publish this worker's contribution, a barrier, work on the memory of all workers, a second
/// barrier. (An all-reduce, once made, has its own flags.)
public final class ThreadCommunicator: Communicator {
  public let worker: Int
  private let group: ThreadGroup
  /// Makes the communicator of `worker`. Make one for each worker, on its own thread.
  public init(_ group: ThreadGroup, worker: Int) {
    precondition(worker >= 0 && worker < group.layout.workers, "worker \(worker) of \(group.layout.workers)")
    self.worker = worker
    self.group = group
  }

  public var layout: ShardLayout { group.layout }

  public func barrier() throws {
    try enter(.barrier)
    group.barrier.waitForAll()
  }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    precondition(root >= 0 && root < size, "broadcast from worker \(root) of \(size)")
    if worker == root { group.board.source = UnsafeRawBufferPointer(bytes) }
    try enter(.broadcast(byteCount: bytes.count, root: root))
    if worker != root { bytes.copyMemory(from: group.board.source) }
    group.barrier.waitForAll()
  }

  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    group.board.messages[worker] = bytes
    try enter(.allGather)
    let gathered = Array(group.board.messages)
    group.barrier.waitForAll()
    return gathered
  }

  public func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) throws -> AllReduce {
    let nodeGroups = NodeGroups(sizes: [size])
    let shape = AllReduceMemory.Shape(
      layout: layout, nodeGroups: nodeGroups, worker: worker, buckets: buckets, isShared: true,
      sharedBuffers: sharedBuffers)
    if worker == 0 { group.board.sharedMemory = try? SharedMemory(byteCount: shape.byteCount) }
    try enter(.allReduce(count: buckets.count, digest: buckets.digest(sharedBuffers: sharedBuffers)))
    let reserved =
      group.board.sharedMemory.map { memory in (try? shape.ownBytes.forEach(memory.reserve)) != nil } ?? false
    group.barrier.waitForAll()
    let someoneFailed = try any(!reserved)
    if worker == 0 {
      group.board.allReduceMemory = makeMemory(shape, isShared: !someoneFailed) {
        AllReduceMemory.Shape(
          layout: layout, nodeGroups: nodeGroups, worker: worker, buckets: buckets, isShared: false,
          sharedBuffers: sharedBuffers)
      }
    }
    try barrier()
    guard let memory = group.board.allReduceMemory else { preconditionFailure("worker 0 made no memory") }
    try barrier()
    if worker == 0 { (group.board.sharedMemory, group.board.allReduceMemory) = (nil, nil) }
    return AllReduce(
      layout: layout, worker: worker, nodeGroups: nodeGroups, buckets: buckets, memory: memory, transport: nil
    ) { [group] in try group.barrier.checkFailure() }
  }

  /// If memory cannot be mapped twice (because of a limit on files, for example), memory of the process does the same.
  private func makeMemory(
    _ shape: AllReduceMemory.Shape, isShared: Bool, shapeInProcess: () -> AllReduceMemory.Shape
  ) -> AllReduceMemory {
    if isShared, let shared = group.board.sharedMemory, let memory = try? AllReduceMemory(memory: shared, shape: shape)
    {
      shared.closeFile()
      return memory
    }
    group.board.sharedMemory = nil
    return AllReduceMemory(inProcess: shapeInProcess())
  }

  private func enter(_ operation: CollectiveOperation) throws {
    group.board.operations[worker] = operation
    try group.barrier.wait()
    try CollectiveOperation.checkAgreement(group.board.operations)
  }
}
