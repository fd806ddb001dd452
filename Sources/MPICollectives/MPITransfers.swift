import CMPI
import Collectives

/// Non-blocking operations of one rank, posted one by one and waited for together. Keeps its memory, so a training step
/// allocates none.
final class MPITransfers {
  /// Most bytes of a piece. MPI counts with 32-bit integers, so longer messages are cut into pieces.
  static let pieceLimit = 1 << 30

  private let rank: Int
  private let pieceLimit: Int
  private let requests: OpaquePointer

  /// - Parameter pieceLimit: Most bytes of a piece, the same on all ranks; tests cut small messages.
  init(rank: Int, pieceLimit: Int = MPITransfers.pieceLimit) {
    precondition(pieceLimit > 0 && pieceLimit <= Int(Int32.max), "pieces of \(pieceLimit) bytes")
    guard let requests = cmpi_requests_create() else { preconditionFailure("out of memory: a list of MPI requests") }
    self.rank = rank
    self.pieceLimit = pieceLimit
    self.requests = requests
  }

  deinit { cmpi_requests_destroy(requests) }

  /// Kind of a message. A receive matches messages of its own kind only.
  struct Tag {
    let value: Int32
    static let announcement = Tag(value: 1)
    static let message = Tag(value: 2)
    // 3 is CMPI_UNUSED_TAG.
    /// Elements of an all-reduce.
    static func elements(_ number: Int) -> Tag { Tag(value: 16 + Int32(number)) }
  }

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int, _ tag: Tag) throws(MPIError) {
    try forEachPiece(byteCount: bytes.count) { (offset, length) throws(MPIError) in
      let code = cmpi_isend(bytes.baseAddress.map { $0 + offset }, length, Int32(other), tag.value, requests)
      try check(code, "MPI_Isend", rank: rank, detail: "\(length) bytes to rank \(other)")
    }
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from other: Int, _ tag: Tag) throws(MPIError) {
    try forEachPiece(byteCount: bytes.count) { (offset, length) throws(MPIError) in
      let code = cmpi_irecv(bytes.baseAddress.map { $0 + offset }, length, Int32(other), tag.value, requests)
      try check(code, "MPI_Irecv", rank: rank, detail: "\(length) bytes from rank \(other)")
    }
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(MPIError) {
    try forEachPiece(byteCount: bytes.count) { (offset, length) throws(MPIError) in
      let code = cmpi_ibcast(bytes.baseAddress.map { $0 + offset }, length, Int32(root), requests)
      try check(code, "MPI_Ibcast", rank: rank, detail: "\(length) bytes from rank \(root)")
    }
  }

  /// Waits until everything posted has completed.
  func wait() throws(MPIError) {
    var backoff = WaitBackoff(.messages)
    while try !areComplete() { backoff.pause() }
  }

  func areComplete() throws(MPIError) -> Bool {
    var done = false
    var failure = cmpi_failure()
    let code = cmpi_test_all(requests, &done, &failure)
    if code != 0 { throw error(code, failure) }
    return done
  }

  private func error(_ code: Int32, _ failure: cmpi_failure) -> MPIError {
    let call = failure.call.map { String(cString: $0) } ?? "MPI"
    var detail = "\(failure.bytes) bytes"
    if failure.peer >= 0 { detail += ", other rank \(failure.peer)" }
    if code == CMPI_SHORT_MESSAGE { detail += ", \(failure.received) came" }
    return MPIError(call: call, code: code, rank: rank, detail: detail)
  }

  private func forEachPiece(
    byteCount: Int, _ post: (_ offset: Int, _ length: Int32) throws(MPIError) -> Void
  ) throws(MPIError) {
    var offset = 0
    while offset < byteCount {
      let length = min(pieceLimit, byteCount - offset)
      try post(offset, Int32(length))
      offset += length
    }
  }
}

extension MPITransfers: Transfers {
  func send(_ elements: UnsafePointer<Float>, count: Int, to worker: Int, tag: Int) throws {
    try send(UnsafeRawBufferPointer(UnsafeBufferPointer(start: elements, count: count)), to: worker, .elements(tag))
  }

  func receive(_ elements: UnsafeMutablePointer<Float>, count: Int, from worker: Int, tag: Int) throws {
    let buffer = UnsafeMutableBufferPointer(start: elements, count: count)
    try receive(UnsafeMutableRawBufferPointer(buffer), from: worker, .elements(tag))
  }
}
