import Collectives
import Tensors

/// Sends numbers that depend on worker and element through every collective, and compares the results with values computed
/// here. That shows contributions that are missing, doubled, misplaced or added in another order.
struct CollectiveTest {
  let communicator: any Communicator

  /// Description of a wrong result on this worker; nil if all are right. Collective.
  ///
  /// - Parameter lengths: Number of elements of each all-reduce.
  func run(lengths: [Int]) throws -> String? {
    // No early return: other workers would wait.
    var problems = [try gather(), try broadcast(from: 0), try broadcast(from: communicator.size - 1)]
    for length in lengths { problems.append(try sum(length)) }
    return problems.compactMap { $0 }.first
  }

  private func gather() throws -> String? {
    func message(_ worker: Int) -> [UInt8] { bytes(worker * 1009 % 4099 + worker % 2, worker) }
    let gathered = try communicator.allGather(message(communicator.worker))
    return gathered == (0..<communicator.size).map(message) ? nil : "gathering brings other bytes than were sent"
  }

  private func broadcast(from root: Int) throws -> String? {
    var message = bytes(70_001, communicator.worker)
    try message.withUnsafeMutableBytes { try communicator.broadcast($0, from: root) }
    return message == bytes(70_001, root) ? nil : "a broadcast from \(root) brings other bytes than were sent"
  }

  /// Tests the all-reduce of training, in memory that is used again.
  private func sum(_ length: Int) throws -> String? {
    let layout = communicator.layout
    let sum = try communicator.makeAllReduce(Buckets(count: length))
    let accumulator = ShardAccumulator(
      layout: layout, worker: communicator.worker, partials: sum.partials, pool: StoragePool())
    var problem: String?
    for round in 0..<2 {
      try sum.begin()
      accumulator.accumulate { shard, buffer in
        let floats = buffer.floats
        for index in 0..<length { floats[index] = value(shard, index, round) }
      }
      try sum.finish()
      let result = sum.result.floats
      var shards = [Float](repeating: 0, count: layout.shards)
      for index in 0..<length {
        for shard in shards.indices { shards[shard] = value(shard, index, round) }
        let expected = layout.tree.reduce(shards, +)
        guard result[index].bitPattern != expected.bitPattern else { continue }
        problem = problem ?? "element \(index) of a sum of \(length) is \(result[index]) instead of \(expected)"
      }
    }
    return problem
  }

  /// Test values whose sum rounds differently in another order.
  private func value(_ shard: Int, _ index: Int, _ round: Int) -> Float {
    let bits = mixed(UInt64(shard) << 40 ^ UInt64(round) << 36 ^ UInt64(index))
    return (Float(bits & 0xff_ffff) / Float(1 << 24) - 0.5) * Float(1 << (bits >> 32 & 15))
  }

  private func bytes(_ count: Int, _ worker: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: mixed(UInt64(worker) << 40 ^ UInt64($0))) }
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
  private func mixed(_ seed: UInt64) -> UInt64 {
    var z = seed &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
