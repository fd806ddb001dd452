import Collectives

extension MPICommunicator {
  /// Ranks of a node sum in shared memory. Unless that is possible on every node, all ranks send messages.
  public func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) throws -> AllReduce {
    try agree(on: .allReduce(count: buckets.count, digest: buckets.digest(sharedBuffers: sharedBuffers)))
    let alone = NodeGroups(sizes: Array(repeating: 1, count: size))
    var shared = nodes == alone ? nil : try sharedAllReduceMemory(nodeGroups: nodes, buckets, sharedBuffers)
    if shared == nil && nodes != alone && sharedBuffers > 0 {
      // The system may refuse only the memory for the additional buffers.
      shared = try sharedAllReduceMemory(nodeGroups: nodes, buckets, 0)
    }
    let nodeGroups = shared == nil ? alone : nodes
    let memory =
      shared
      ?? AllReduceMemory(
        inProcess: AllReduceMemory.Shape(
          layout: layout, nodeGroups: alone, worker: worker, buckets: buckets, isShared: false))
    return AllReduce(
      layout: layout, worker: worker, nodeGroups: nodeGroups, buckets: buckets, memory: memory,
      transport: nodeGroups.count > 1 ? self : nil, checkFailure: {})
  }

  /// Collective over all ranks: either all nodes share memory, or none does. In the second case sets `sharedMemoryProblem`.
  private func sharedAllReduceMemory(nodeGroups: NodeGroups, _ buckets: Buckets, _ sharedBuffers: Int) throws
    -> AllReduceMemory?
  {
    sharedMemoryProblem = nil
    let shape = AllReduceMemory.Shape(
      layout: layout, nodeGroups: nodeGroups, worker: worker, buckets: buckets, isShared: true,
      sharedBuffers: sharedBuffers)
    let leader = nodeGroups.members[nodeGroups.group(of: worker)].lowerBound
    var sharedMemory: SharedMemory?
    var allReduceMemory: AllReduceMemory?
    var problem = ""
    func attempt(_ action: () throws(SharedMemory.Failure) -> Void) {
      do { try action() } catch { problem = error.description }
    }

    if worker == leader {
      attempt { () throws(SharedMemory.Failure) in sharedMemory = try SharedMemory(byteCount: shape.byteCount) }
    }
    let names = try allGather(Array((sharedMemory?.name ?? "").utf8))
    if worker != leader && !names[leader].isEmpty {
      let name = String(decoding: names[leader], as: UTF8.self)
      attempt { () throws(SharedMemory.Failure) in
        sharedMemory = try SharedMemory(named: name, byteCount: shape.byteCount)
      }
    }
    attempt { () throws(SharedMemory.Failure) in
      guard let sharedMemory else { return }
      for part in shape.ownBytes { try sharedMemory.reserve(part) }
      allReduceMemory = try AllReduceMemory(memory: sharedMemory, shape: shape)
    }
    let problems = try allGather(Array(problem.utf8))
    sharedMemory?.closeFile()
    if let first = problems.firstIndex(where: { !$0.isEmpty }) {
      sharedMemoryProblem = "rank \(first): \(String(decoding: problems[first], as: UTF8.self))"
      return nil
    }
    return allReduceMemory
  }
}

extension MPICommunicator: InterGroupTransport {
  public func makeTransfers() -> any Transfers { MPITransfers(rank: worker, pieceLimit: pieceLimit) }

  public var asynchronousProgress: Bool {
    get { progressThread.isActive }
    set { progressThread.isActive = newValue }
  }
}
