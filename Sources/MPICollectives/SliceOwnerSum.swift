import Collectives

/// Sum over ranks for long buffers: every rank owns a slice and sums it for all.
///
/// Two steps, with n ranks, N bytes a buffer and p partial sums on this rank:
///  1. send slice j of each own partial to rank j, receive the own slice of everybody's: p·N·(n−1)/n bytes sent;
///  2. add in the order of the tree, send the summed slice to all: N·(n−1)/n bytes sent.
/// With one partial a rank that is 2·N·(n−1)/n bytes, the least an all-reduce can do (Patarasu and Yuan,
/// "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009).
struct SliceOwnerSum {
  let rank: Int
  let transfers: MPITransfers
  let workspace: SumWorkspace

  func callAsFunction(
    _ partials: [UnsafeMutablePointer<Float>], count: Int, into result: UnsafeMutablePointer<Float>
  ) throws(MPIError) {
    let slotsOfRank = workspace.program.slots
    let slices = Slices(count: count, owners: slotsOfRank.count)
    let own = slices[rank]

    var room = workspace.receiveBuffer(length: (workspace.program.slotCount - partials.count) * own.count)
    for other in others {
      for slot in slotsOfRank[other] {
        workspace.slots[slot] = room
        try transfers.receive(room, count: own.count, from: other, .partialSum)
        room += own.count
      }
    }
    for other in others {
      let slice = slices[other]
      for partial in partials {
        try transfers.send(partial + slice.lowerBound, count: slice.count, to: other, .partialSum)
      }
    }
    for (slot, partial) in zip(slotsOfRank[rank], partials) { workspace.slots[slot] = partial + own.lowerBound }
    // The result may be a partial sum: nothing may be written to it before all of that has been sent.
    try transfers.wait()

    workspace.evaluate(count: own.count, into: result + own.lowerBound)

    for other in others {
      let slice = slices[other]
      try transfers.receive(result + slice.lowerBound, count: slice.count, from: other, .slice)
    }
    for other in others {
      try transfers.send(result + own.lowerBound, count: own.count, to: other, .slice)
    }
    try transfers.wait()
  }

  private var others: PeerSequence { PeerSequence(rank: rank, size: workspace.program.slots.count) }
}
