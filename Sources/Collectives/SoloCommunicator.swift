/// The communicator of a run with one worker, which has nothing to communicate.
public final class SoloCommunicator: Communicator {
  public let layout: ShardLayout

  public init(shards: Int) { layout = ShardLayout(shards: shards, workers: 1) }

  public var worker: Int { 0 }

  public func barrier() {}

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {
    precondition(root == 0, "broadcast from worker \(root) of 1")
  }

  public func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

  public func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) -> AllReduce {
    let nodeGroups = NodeGroups(sizes: [1])
    let shape = AllReduceMemory.Shape(
      layout: layout, nodeGroups: nodeGroups, worker: 0, buckets: buckets, isShared: false)
    return AllReduce(
      layout: layout, worker: 0, nodeGroups: nodeGroups, buckets: buckets, memory: AllReduceMemory(inProcess: shape),
      transport: nil, checkFailure: {})
  }
}
