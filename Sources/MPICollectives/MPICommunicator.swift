import Collectives

/// The workers are the ranks of an MPI job.
///
/// All waits poll and give the core away (`WaitBackoff`), so more ranks than cores run well.
public final class MPICommunicator: Communicator {
  /// Up to this many bytes a buffer, every rank adds up everything itself.
  static let directSumLimit = 16 << 10

  public let worker: Int
  public let layout: ShardLayout
  private let transfers: MPITransfers
  private let workspace: SumWorkspace
  private let directSumLimit: Int

  /// - Parameters:
  ///   - directSumLimit, pieceLimit: The same on all ranks; tests choose their own to see both sides of the edges.
  init(
    rank: Int, layout: ShardLayout, directSumLimit: Int = MPICommunicator.directSumLimit,
    pieceLimit: Int = MPITransfers.pieceLimit
  ) {
    worker = rank
    self.layout = layout
    self.directSumLimit = directSumLimit
    transfers = MPITransfers(rank: rank, pieceLimit: pieceLimit)
    workspace = SumWorkspace(program: SumProgram(layout))
  }

  public func barrier() throws {
    try transfers.barrier()
    try transfers.wait()
  }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    precondition(root >= 0 && root < size, "broadcast from worker \(root) of \(size)")
    try transfers.broadcast(bytes, from: root)
    try transfers.wait()
  }

  /// Two steps: the lengths to everybody, then the bytes to everybody.
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var lengths = Array(repeating: bytes.count, count: size)
    try exchange(ofRank: { $0 * MemoryLayout<Int>.size..<($0 + 1) * MemoryLayout<Int>.size }, in: &lengths, .length)

    var starts = [0]
    for length in lengths { starts.append(starts[starts.count - 1] + length) }
    var gathered = [UInt8](repeating: 0, count: starts[size])
    gathered.replaceSubrange(starts[worker]..<starts[worker + 1], with: bytes)
    try exchange(ofRank: { starts[$0]..<starts[$0 + 1] }, in: &gathered, .message)
    return (0..<size).map { Array(gathered[starts[$0]..<starts[$0 + 1]]) }
  }

  /// Sends this rank's bytes of `array` to everybody and receives everybody's.
  private func exchange<Element: BitwiseCopyable>(
    ofRank range: (Int) -> Range<Int>, in array: inout [Element], _ tag: MPITransfers.Tag
  ) throws {
    try array.withUnsafeMutableBytes { bytes in
      for other in 0..<size where other != worker {
        try transfers.receive(UnsafeMutableRawBufferPointer(rebasing: bytes[range(other)]), from: other, tag)
      }
      for other in 0..<size where other != worker {
        try transfers.send(UnsafeRawBufferPointer(rebasing: bytes[range(worker)]), to: other, tag)
      }
      try transfers.wait()
    }
  }

  public func sumOverShards(
    _ partials: [UnsafeMutablePointer<Float>], count: Int, into result: UnsafeMutablePointer<Float>
  ) throws {
    let own = workspace.program.slots[worker]
    precondition(
      partials.count == own.count,
      "\(partials.count) partial sums from rank \(worker), whose shards \(shards) make \(own.count)")
    if count * MemoryLayout<Float>.size <= directSumLimit {
      try DirectSum(rank: worker, transfers: transfers, workspace: workspace)(partials, count: count, into: result)
    } else {
      try SliceOwnerSum(rank: worker, transfers: transfers, workspace: workspace)(
        partials, count: count, into: result)
    }
  }
}
