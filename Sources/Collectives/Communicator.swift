/// Connection of the training loop to the other workers. Each worker has its own object and uses it from its own thread
/// only. Every method is collective: all workers call the same methods in the same order.
///
/// A group is unusable after a method has thrown: the worker ends, and the others' calls throw too (threads), or the program
/// ends all ranks (`MPIEnvironment.abort`).
public protocol Communicator: AnyObject {
  /// This worker's number, 0 ..< size.
  var worker: Int { get }
  /// Assignment of shards to workers.
  var layout: ShardLayout { get }

  /// Reason why the last all-reduce does not use shared memory although its workers could; nil if it does.
  var sharedMemoryProblem: String? { get }

  /// Returns once all workers have called it.
  func barrier() throws

  /// Copies `bytes` of worker `root` to all others. The number of bytes is the same everywhere.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws

  /// Gathers the `bytes` of every worker, in worker order, on every worker. Lengths may differ.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]

  /// Makes an all-reduce over shards: its memory and plan, to be used many times. Arguments are the same on every worker.
  ///
  /// - Parameters:
  ///   - buckets: Ranges that are summed as units, the same on every worker.
  ///   - sharedBuffers: Number of additional buffers that a node group shares (`AllReduce.sharedBuffers`).
  func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) throws -> AllReduce
}

extension Communicator {
  public var sharedMemoryProblem: String? { nil }

  /// Makes an all-reduce without additional shared buffers.
  public func makeAllReduce(_ buckets: Buckets) throws -> AllReduce { try makeAllReduce(buckets, sharedBuffers: 0) }

  /// Number of workers.
  public var size: Int { layout.workers }

  /// This worker's shards.
  public var shards: Range<Int> { layout.shards(of: worker) }
}
