import Collectives

/// Sum over ranks for short buffers, where latency counts and not bytes: everybody gets all partial sums, and
/// everybody adds them up, in the same order.
///
/// One step; with n ranks, N bytes a buffer and p partial sums on this rank: p·N·(n−1) bytes sent.
struct DirectSum {
  let rank: Int
  let transfers: MPITransfers
  let workspace: SumWorkspace

  func callAsFunction(
    _ partials: [UnsafeMutablePointer<Float>], count: Int, into result: UnsafeMutablePointer<Float>
  ) throws(MPIError) {
    let slotsOfRank = workspace.program.slots
    let others = PeerSequence(rank: rank, size: slotsOfRank.count)
    var room = workspace.receiveBuffer(length: (workspace.program.slotCount - partials.count) * count)
    for other in others {
      for slot in slotsOfRank[other] {
        workspace.slots[slot] = room
        try transfers.receive(room, count: count, from: other, .partialSum)
        room += count
      }
    }
    for other in others {
      for partial in partials {
        try transfers.send(partial, count: count, to: other, .partialSum)
      }
    }
    for (slot, partial) in zip(slotsOfRank[rank], partials) { workspace.slots[slot] = partial }
    try transfers.wait()
    workspace.evaluate(count: count, into: result)
  }
}
