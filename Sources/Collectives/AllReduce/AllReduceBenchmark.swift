import Tensors

/// Compares the time of our all-reduce with that of another one, with new values before each call. Every element of the
/// result is checked. (Buffers with unchanged values would stay in the caches that read them, which flatters any all-reduce.)
public struct AllReduceBenchmark {
  /// Result for one size.
  public struct Result: Sendable, Equatable {
    public var bytes: Int
    /// Microseconds on worker 0 for `begin` plus the time from a barrier to the complete sum: median over the calls.
    public var ours: Double
    /// The same for the reference; nil if there is none.
    public var reference: Double?
    /// Whether all elements of all calls were correct, for both and on every worker.
    public var isCorrect: Bool
  }

  /// The other all-reduce: sums `count` elements over all workers, in place.
  public typealias Reference = (UnsafeMutablePointer<Float>, _ count: Int) throws -> Void

  private let communicator: any Communicator
  private let reference: Reference?

  public init(_ communicator: any Communicator, reference: Reference?) {
    (self.communicator, self.reference) = (communicator, reference)
  }

  /// Collective.
  public func measure(bytes: Int) throws -> Result {
    let count = bytes / MemoryLayout<Float>.size
    let calls = Self.calls(bytes: bytes)
    let sum = try communicator.makeAllReduce(Buckets(count: count))
    var isCorrect = true
    var ours = try times(calls) { call, barrier in
      let begin = try Self.microseconds(after: barrier) { try sum.begin() }
      for (shard, partial) in zip(communicator.shards, sum.partials) { fill(partial, shard: shard, call: call) }
      let finish = try Self.microseconds(after: barrier) { try sum.finish() }
      isCorrect = check(sum.result, call: call) && isCorrect
      sum.release()
      return begin + finish
    }
    var theirs: [Double] = []
    if let reference {
      let buffer = Tensor(zeros: [count], pool: StoragePool())
      theirs = try times(calls) { call, barrier in
        fill(buffer, shard: communicator.worker, call: call)
        let time = try Self.microseconds(after: barrier) { try reference(buffer.start, count) }
        isCorrect = check(buffer, call: call) && isCorrect
        return time
      }
    }
    let someoneFailed = try communicator.any(!isCorrect)
    return Result(
      bytes: bytes, ours: Self.median(&ours), reference: theirs.isEmpty ? nil : Self.median(&theirs),
      isCorrect: !someoneFailed)
  }

  /// Number of calls: enough for a steady median, and few for long buffers.
  private static func calls(bytes: Int) -> Int { max(7, min(300, (256 << 20) / max(1, bytes))) }

  private func times(
    _ calls: Int, _ call: (_ number: Int, _ barrier: () throws -> Void) throws -> Double
  ) throws -> [Double] {
    // The first calls touch new memory and are not timed.
    for warmup in 0..<2 { _ = try call(calls + warmup) { try communicator.barrier() } }
    return try (0..<calls).map { number in try call(number) { try communicator.barrier() } }
  }

  private static func microseconds(after barrier: () throws -> Void, _ work: () throws -> Void) rethrows -> Double {
    try barrier()
    let start = ContinuousClock.now
    try work()
    return (ContinuousClock.now - start) / .microseconds(1)
  }

  private static func median(_ times: inout [Double]) -> Double {
    times.sort()
    return times[times.count / 2]
  }

  // Whole numbers below 2¹²: sums over any number of workers up to 4096 are exact in any order.
  private static func value(shard: Int, index: Int, call: Int) -> Float {
    Float(
      (UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ UInt32(truncatingIfNeeded: shard &* 977 &+ call)) >> 20)
  }

  private func fill(_ buffer: Tensor, shard: Int, call: Int) {
    let elements = buffer.start
    for index in 0..<buffer.count { elements[index] = Self.value(shard: shard, index: index, call: call) }
  }

  private func check(_ sum: Tensor, call: Int) -> Bool {
    let elements = sum.start
    var wrong = 0
    for index in 0..<sum.count {
      var expected: Float = 0
      for shard in 0..<communicator.size { expected += Self.value(shard: shard, index: index, call: call) }
      if elements[index] != expected { wrong += 1 }
    }
    return wrong == 0
  }
}

extension Tensor {
  fileprivate var start: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
}
