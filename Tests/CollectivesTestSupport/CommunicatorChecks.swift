import Collectives
import Glibc
import Tensors

/// A check that did not hold.
public struct CheckFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Checks that every communicator must pass. All workers make one and call the same methods; each throws
/// `CheckFailure` on the worker that sees something wrong.
public struct CommunicatorChecks {
  private let communicator: any Communicator
  private let pool = StoragePool()

  public init(_ communicator: any Communicator) { self.communicator = communicator }

  /// All checks, sums at each of `lengths`. Returns how many comparisons were made.
  public func runAll(lengths: [Int]) throws -> Int {
    var comparisons = 0
    for (round, length) in lengths.enumerated() {
      comparisons += try sums(Buckets(count: length), rounds: 2 * round..<2 * round + 2)
      // Cuts near the edges of slices and of blocks, in one bucket after the other.
      let cuts = [1, length / 3, length / 2, length - 1].filter { $0 > 0 && $0 < length }
      comparisons += try sums(Buckets(count: length, cuts: cuts, minimum: 1), rounds: round..<round + 1)
      comparisons += try sharing(Buckets(count: length, cuts: cuts, minimum: 1), rounds: round..<round + 3)
    }
    comparisons += try broadcasts(byteCounts: [0, 1, 4099])
    comparisons += try gathers()
    comparisons += try values()
    return comparisons
  }

  /// The sum over all shards has the reference's bits on every worker, again and again.
  public func sums(_ buckets: Buckets, rounds: Range<Int>) throws -> Int {
    let (layout, length) = (communicator.layout, buckets.count)
    let sum = try communicator.makeAllReduce(buckets)
    let accumulator = ShardAccumulator(
      layout: layout, worker: communicator.worker, partials: sum.partials, pool: pool)
    for round in rounds {
      try sum.begin()
      accumulator.accumulate { shard, buffer in
        for index in 0..<length { buffer.floats[index] = TestData.value(shard: shard, index: index, round: round) }
      }
      arriveAtRandom(round)
      // Some workers hand over bucket by bucket, some all at once.
      for bucket in buckets.ranges where (communicator.worker + round).isMultiple(of: 2) {
        sum.ready(from: bucket.lowerBound)
        try sum.poll()
      }
      try sum.finish()
      // A worker that is late to read must find what the others have left behind.
      arriveAtRandom(round + communicator.worker)
      let expected = referenceSum(
        (0..<layout.shards).map { TestData.values(shard: $0, count: length, round: round) })
      for index in 0..<length where sum.result.floats[index].bitPattern != expected[index].bitPattern {
        throw failure(
          "round \(round), sum over \(layout.shards) shards, element \(index) of \(length): "
            + "\(sum.result.floats[index]) instead of \(expected[index])")
      }
    }
    return length * rounds.count
  }

  /// Values that each worker writes to its own elements of shared buffers are read by all of the node group after a barrier.
  public func sharing(_ buckets: Buckets, rounds: Range<Int>) throws -> Int {
    let sum = try communicator.makeAllReduce(buckets, sharedBuffers: 2)
    guard sum.sharedBuffers.count == (sum.nodeGroup.count > 1 ? 2 : 0) else {
      throw failure("\(sum.sharedBuffers.count) shared buffers in a node group of \(sum.nodeGroup)")
    }
    // Each element has one worker of the node group.
    let bounds = sum.ownElements.flatMap { ["\($0.lowerBound)", "\($0.upperBound)"] }.joined(separator: " ")
    let all = try communicator.allGather(Array(bounds.utf8)).map {
      String(decoding: $0, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    }
    let ranges = sum.nodeGroup.flatMap { worker in
      stride(from: 0, to: all[worker].count, by: 2).map { all[worker][$0]..<all[worker][$0 + 1] }
    }.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
    guard zip([0] + ranges.map(\.upperBound), ranges.map(\.lowerBound) + [buckets.count]).allSatisfy(==) else {
      throw failure("the elements of \(sum.nodeGroup) are \(ranges) of \(buckets.count)")
    }
    guard !sum.sharedBuffers.isEmpty else { return 1 }
    func expect(_ value: (_ buffer: Int, _ index: Int) -> Float, _ when: String) throws {
      for (number, buffer) in sum.sharedBuffers.enumerated() {
        for index in 0..<buckets.count where buffer.floats[index] != value(number, index) {
          throw failure(
            "\(when), shared buffer \(number), element \(index) of \(buckets.count): \(buffer.floats[index])")
        }
      }
    }
    try expect({ _, _ in 0 }, "at first")
    try sum.barrier()
    for round in rounds {
      func value(_ buffer: Int, _ index: Int) -> Float { TestData.value(shard: buffer, index: index, round: round) }
      for (number, buffer) in sum.sharedBuffers.enumerated() {
        for range in sum.ownElements { for index in range { buffer.floats[index] = value(number, index) } }
      }
      arriveAtRandom(round)
      try sum.barrier()
      arriveAtRandom(round + communicator.worker)
      try expect(value, "round \(round)")
      try sum.barrier()
    }
    return 2 * buckets.count * (1 + rounds.count)
  }

  /// Every worker's bytes arrive everywhere.
  public func broadcasts(byteCounts: [Int]) throws -> Int {
    for byteCount in byteCounts {
      for root in 0..<communicator.size {
        var bytes = pattern(byteCount, worker: communicator.worker)
        arriveAtRandom(root)
        try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, from: root) }
        if bytes != pattern(byteCount, worker: root) {
          throw failure("broadcast of \(byteCount) bytes from worker \(root) brought other bytes")
        }
      }
    }
    return byteCounts.count * communicator.size
  }

  /// Messages of different lengths, empty ones among them, arrive in worker order.
  public func gathers() throws -> Int {
    let lengths = [0, 3, 0, 70_001, 1]
    for round in lengths.indices {
      func message(of worker: Int) -> [UInt8] { pattern(lengths[(worker + round) % lengths.count], worker: worker) }
      arriveAtRandom(round)
      let gathered = try communicator.allGather(message(of: communicator.worker))
      if gathered != (0..<communicator.size).map(message) { throw failure("allGather brought other bytes") }
    }
    return lengths.count
  }

  /// Values of each shard, their sum in the order of the tree, and agreement on a flag.
  public func values() throws -> Int {
    func values(of shard: Int) -> [Double] { (0..<3).map { 1 / Double(1 + shard * 7 + $0) } }
    let layout = communicator.layout
    let gathered = try communicator.gatherOverShards(communicator.shards.map { Array(values(of: $0).prefix($0 % 4)) })
    if gathered != (0..<layout.shards).map({ Array(values(of: $0).prefix($0 % 4)) }) {
      throw failure("gatherOverShards brought \(gathered)")
    }
    let sum = try communicator.sumOverShards(communicator.shards.map(values))
    let expected = (0..<3).map { index in
      layout.tree.reduce((0..<layout.shards).map { values(of: $0)[index] }, +)
    }
    if sum != expected { throw failure("sumOverShards: \(sum) instead of \(expected)") }
    for flagged in 0..<communicator.size where try !communicator.any(communicator.worker == flagged) {
      throw failure("worker \(flagged)'s flag was not seen")
    }
    if try communicator.any(false) { throw failure("a flag was seen that nobody set") }
    try communicator.barrier()
    return 3 + communicator.size
  }

  private func pattern(_ count: Int, worker: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: TestData.choice(below: 251, worker, $0)) }
  }

  /// Up to half a millisecond late, another worker each time.
  private func arriveAtRandom(_ round: Int) {
    let late = TestData.choice(below: 4, communicator.worker, round) * 150
    if late > 0 { usleep(UInt32(late)) }
  }

  private func failure(_ text: String) -> CheckFailure { CheckFailure("worker \(communicator.worker): \(text)") }
}
