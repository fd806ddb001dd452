import CMPI
import Collectives

/// The communicator whose workers are the ranks of an MPI job.
///
/// All waits poll and yield the core (`WaitBackoff`), so more ranks than cores run well.
public final class MPICommunicator: Communicator {
  public let worker: Int
  public let layout: ShardLayout
  /// The ranks of each node.
  let nodes: NodeGroups
  let pieceLimit: Int
  /// Reason why the last all-reduce does not use shared memory although its ranks could; nil if it does.
  public internal(set) var sharedMemoryProblem: String?
  let progressThread = ProgressThread()
  private let transfers: MPITransfers
  /// Last announcement of each rank.
  private let announcements: UnsafeMutableBufferPointer<Announcement>

  /// - Parameters:
  ///   - nodes, pieceLimit: The same on all ranks; tests choose other values to cover edge cases.
  init(rank: Int, layout: ShardLayout, nodes: NodeGroups, pieceLimit: Int = MPITransfers.pieceLimit) {
    worker = rank
    (self.layout, self.nodes, self.pieceLimit) = (layout, nodes, pieceLimit)
    transfers = MPITransfers(rank: rank, pieceLimit: pieceLimit)
    announcements = .allocate(capacity: layout.workers)
    announcements.initialize(repeating: Announcement(.barrier, payload: 0))
  }

  deinit { announcements.deallocate() }

  /// Announcements alone are the barrier.
  public func barrier() throws { try agree(on: .barrier) }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    precondition(root >= 0 && root < size, "broadcast from worker \(root) of \(size)")
    try agree(on: .broadcast(byteCount: bytes.count, root: root))
    try transfers.broadcast(bytes, from: root)
    try transfers.wait()
  }

  /// The announcements carry the lengths; then every rank sends its bytes to every other.
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try agree(on: .allGather, payload: bytes.count)
    var starts = [0]
    for announcement in announcements { starts.append(starts[starts.count - 1] + announcement.payload) }

    // One buffer for all, so that addresses stay valid until everything has arrived.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: starts[size], alignment: 1)
    defer { buffer.deallocate() }
    for other in others {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[starts[other]..<starts[other + 1]])
      try transfers.receive(part, from: other, .message)
    }
    let own = UnsafeMutableRawBufferPointer(rebasing: buffer[starts[worker]..<starts[worker + 1]])
    own.copyBytes(from: bytes)
    for other in others { try transfers.send(UnsafeRawBufferPointer(own), to: other, .message) }
    try transfers.wait()
    return (0..<size).map { Array(buffer[starts[$0]..<starts[$0 + 1]]) }
  }

  /// MPI's own all-reduce, for comparison: sums `count` elements over all ranks in place, in MPI's order.
  public func sumByMPI(_ elements: UnsafeMutablePointer<Float>, count: Int) throws {
    try check(cmpi_allreduce(elements, Int32(count)), "MPI_Allreduce", rank: worker)
  }

  /// First step of every operation: every rank announces its operation to every other (32 bytes), and continues only if all
  /// announce the same. A message longer than its receiver expects must not be sent: Open MPI 4.1 writes it past the end of the
  /// buffer before it reports the error.
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
