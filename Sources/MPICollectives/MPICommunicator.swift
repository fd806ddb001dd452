import CMPI
import Collectives

/// The workers are the ranks of an MPI job.
///
/// All waits poll and give the core away (`WaitBackoff`), so more ranks than cores run well.
public final class MPICommunicator: Communicator {
  public let worker: Int
  public let layout: ShardLayout
  /// Which ranks run on one node.
  let nodes: Islands
  let pieceLimit: Int
  /// Why the last sum that was made uses no shared memory, where it could have.
  public internal(set) var sharedMemoryProblem: String?
  let progressThread = ProgressThread()
  private let transfers: MPITransfers
  /// Last announcement of each rank.
  private let announcements: UnsafeMutableBufferPointer<Announcement>

  /// - Parameters:
  ///   - nodes, pieceLimit: The same on all ranks; tests choose their own to see both sides of the edges.
  init(rank: Int, layout: ShardLayout, nodes: Islands, pieceLimit: Int = MPITransfers.pieceLimit) {
    worker = rank
    (self.layout, self.nodes, self.pieceLimit) = (layout, nodes, pieceLimit)
    transfers = MPITransfers(rank: rank, pieceLimit: pieceLimit)
    announcements = .allocate(capacity: layout.workers)
    announcements.initialize(repeating: Announcement(.barrier, payload: 0))
  }

  deinit { announcements.deallocate() }

  /// The announcements are the barrier.
  public func barrier() throws { try agree(on: .barrier) }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    precondition(root >= 0 && root < size, "broadcast from worker \(root) of \(size)")
    try agree(on: .broadcast(byteCount: bytes.count, root: root))
    try transfers.broadcast(bytes, from: root)
    try transfers.wait()
  }

  /// After the announcements, which bring the lengths, one step: everybody's bytes to everybody.
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try agree(on: .allGather, payload: bytes.count)
    var starts = [0]
    for announcement in announcements { starts.append(starts[starts.count - 1] + announcement.payload) }

    // One buffer for all: the addresses of its parts hold until everything has arrived.
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: starts[size], alignment: 1)
    defer { room.deallocate() }
    for other in others {
      let part = UnsafeMutableRawBufferPointer(rebasing: room[starts[other]..<starts[other + 1]])
      try transfers.receive(part, from: other, .message)
    }
    let own = UnsafeMutableRawBufferPointer(rebasing: room[starts[worker]..<starts[worker + 1]])
    own.copyBytes(from: bytes)
    for other in others { try transfers.send(UnsafeRawBufferPointer(own), to: other, .message) }
    try transfers.wait()
    return (0..<size).map { Array(room[starts[$0]..<starts[$0 + 1]]) }
  }

  /// MPI's own all-reduce, to be compared with: sums `count` elements over all ranks in place, in an order of MPI's.
  public func sumByMPI(_ elements: UnsafeMutablePointer<Float>, count: Int) throws {
    try check(cmpi_allreduce(elements, Int32(count)), "MPI_Allreduce", rank: worker)
  }

  /// Every operation begins with this step: every rank tells every other what it is about to do (32 bytes), and
  /// goes on only if all are about to do the same. A message longer than its receiver expects must not get on its
  /// way: Open MPI 4.1 writes it past the end of the buffer before it reports the error.
  func agree(on operation: CollectiveOperation, payload: Int = 0) throws {
    announcements[worker] = Announcement(operation, payload: payload)
    for other in others {
      try transfers.receive(bytes(ofAnnouncement: other), from: other, .announcement)
    }
    for other in others {
      try transfers.send(UnsafeRawBufferPointer(bytes(ofAnnouncement: worker)), to: other, .announcement)
    }
    try transfers.wait()
    for announcement in announcements where !announcement.agrees(with: announcements[worker]) {
      try CollectiveOperation.checkAgreement(announcements.map(\.operation))
    }
  }

  private func bytes(ofAnnouncement rank: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: announcements[rank...rank]))
  }

  private var others: PeerSequence { PeerSequence(rank: worker, size: size) }
}
