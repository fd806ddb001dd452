/// Connection of the training loop to the other workers. One object a worker, used from that worker's
/// thread only; every method is collective: all workers call the same methods in the same order.
///
/// A method that throws leaves the group unusable: the worker ends, and the others' calls throw too
/// (threads), or the program ends all ranks (`MPIEnvironment.abort`).
public protocol Communicator: AnyObject {
  /// This worker's number, 0 ..< size.
  var worker: Int { get }
  /// Which shards each worker has.
  var layout: ShardLayout { get }

  /// Why workers that could share memory do not in the last sum that was made; nil where they do.
  var sharedMemoryProblem: String? { get }

  /// Returns once all workers have called it.
  func barrier() throws

  /// Copies `bytes` of worker `root` to all others. The byte count is the same everywhere.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws

  /// Every worker's `bytes` (which may differ in length), in worker order, on every worker.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]

  /// Memory and plan of a sum over shards that is done again and again. The same arguments on every worker.
  ///
  /// - Parameter sharedBuffers: How many buffers workers with common memory are to have beside (`ShardSum.sharedBuffers`).
  func makeShardSum(_ buckets: Buckets, sharedBuffers: Int) throws -> ShardSum
}

extension Communicator {
  public var sharedMemoryProblem: String? { nil }

  /// A sum with nothing beside.
  public func makeShardSum(_ buckets: Buckets) throws -> ShardSum { try makeShardSum(buckets, sharedBuffers: 0) }

  /// Number of workers.
  public var size: Int { layout.workers }

  /// This worker's shards.
  public var shards: Range<Int> { layout.run(of: worker) }
}
