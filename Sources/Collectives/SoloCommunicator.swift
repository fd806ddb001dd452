/// The communicator of a run with one worker: nothing to communicate.
public final class SoloCommunicator: Communicator {
  public let layout: ShardLayout

  public init(shards: Int) { layout = ShardLayout(shards: shards, workers: 1) }

  public var worker: Int { 0 }

  public func barrier() {}

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {
    precondition(root == 0, "broadcast from worker \(root) of 1")
  }

  public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

  /// One worker's run is the whole tree: its one partial is the root already.
  public func sumOverShards(
    _ partials: [UnsafeMutablePointer<Float>], count: Int, into result: UnsafeMutablePointer<Float>
  ) {
    precondition(partials.count == 1, "\(partials.count) partial sums from a single worker, which has one")
    if partials[0] != result { result.update(from: partials[0], count: count) }
  }
}
