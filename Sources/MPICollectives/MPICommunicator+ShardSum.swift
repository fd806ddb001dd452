import Collectives

extension MPICommunicator {
  /// Ranks of a node sum in memory that they share; where that is not to be had on every node, all ranks send messages.
  public func makeShardSum(_ buckets: Buckets) throws -> ShardSum {
    try agree(on: .shardSum(count: buckets.count, digest: buckets.digest))
    sharedMemoryProblem = nil
    let alone = Islands(sizes: Array(repeating: 1, count: size))
    let arena = nodes == alone ? nil : try sharedArena(islands: nodes, count: buckets.count)
    let islands = arena == nil ? alone : nodes
    let shape = SumArena.Shape(layout: layout, islands: islands, worker: worker, count: buckets.count)
    return ShardSum(
      layout: layout, worker: worker, islands: islands, buckets: buckets,
      arena: arena ?? SumArena(inProcess: shape), transport: islands.count > 1 ? self : nil, checkFailure: {})
  }

  /// Collective over all ranks, so that either all nodes share memory or none does; then `sharedMemoryProblem` says why.
  private func sharedArena(islands: Islands, count: Int) throws -> SumArena? {
    let shape = SumArena.Shape(layout: layout, islands: islands, worker: worker, count: count)
    let leader = islands.members[islands.island(of: worker)].lowerBound
    var memory: SharedMemory?
    var problem = ""
    func attempt(_ action: () throws(SharedMemory.Failure) -> Void) {
      do { try action() } catch { problem = error.description }
    }

    if worker == leader {
      attempt { () throws(SharedMemory.Failure) in memory = try SharedMemory(byteCount: shape.byteCount) }
    }
    let names = try allGather(Array((memory?.name ?? "").utf8))
    if worker != leader && !names[leader].isEmpty {
      let name = String(decoding: names[leader], as: UTF8.self)
      attempt { () throws(SharedMemory.Failure) in memory = try SharedMemory(named: name, byteCount: shape.byteCount) }
    }
    attempt { () throws(SharedMemory.Failure) in for part in shape.ownBytes { try memory?.reserve(part) } }
    let problems = try allGather(Array(problem.utf8))
    memory?.closeFile()
    if let first = problems.firstIndex(where: { !$0.isEmpty }) {
      sharedMemoryProblem = "rank \(first): \(String(decoding: problems[first], as: UTF8.self))"
      return nil
    }
    return memory.map { SumArena(memory: $0.start, shape: shape, owner: $0) }
  }
}

extension MPICommunicator: IslandTransport {
  public func makeTransfers() -> any Transfers { MPITransfers(rank: worker, pieceLimit: pieceLimit) }
}
