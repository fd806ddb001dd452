import Tensors

/// One bucket of a shard sum on its way through the islands.
///
/// Every worker makes the final sum of one slice of the bucket. Inside an island, each slice has a holder, who joins the
/// island's partial sums of it as far as the tree does:
///  1. the holder sends what comes of that to the slice's owner (p·N·(n−1)/n bytes an island with p such sums, n islands);
///  2. the owner adds those of all islands up and sends the sum to the holders, who write it to where their island reads
///     the result (N·(n−1)/n bytes).
/// With one partial sum an island that is 2·N·(n−1)/n bytes, the least an all-reduce can do (Patarasu and Yuan,
/// "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009), shared by the island's workers.
/// With one island nothing is sent, and the owner writes the sum straight to where the result is to be.
/// Where the sum is short and the islands are few, every worker takes all of it for its slice: no final sum is sent, which
/// halves the time.
final class BucketSum {
  private enum Phase { case waiting, exchanging, spreading, done }

  private let plan: SumPlan
  private let arena: SumArena
  private let range: Range<Int>
  /// The slice that each worker makes the final sum of.
  private let slices: [Range<Int>]
  /// Where every worker makes all of the sum for itself.
  private let ownResult: Tensor?
  private let tag: Int
  private let exchange: (any Transfers)?
  private let spreading: (any Transfers)?
  /// Sums of the own slice from other islands: one after the other in slot order.
  private let received: UnsafeMutablePointer<Float>
  /// The island's joined sums of the slices this worker holds. Nil for a worker alone with a result of its own, whose
  /// partial sums can be sent from where they are: what is still to be sent must not lie where the result arrives.
  private let joined: UnsafeMutablePointer<Float>?
  /// Where in `joined` those of each worker's slice begin: at the same place where every slice is the whole.
  private let joinedStarts: [Int]
  private let localSlots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let results: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let globalSlots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let scratch: UnsafeMutablePointer<Float>
  private let heldSlices: [Int]
  private let holders: [(island: Int, worker: Int)]
  private var phase = Phase.waiting

  /// - Parameter ownResult: `[count]`, where the result is made everywhere.
  init(
    index: Int, range: Range<Int>, plan: SumPlan, arena: SumArena, ownResult: Tensor?, transport: (any IslandTransport)?
  ) {
    (self.plan, self.arena, self.range, self.ownResult) = (plan, arena, range, ownResult)
    let cut = Slices(of: range, owners: plan.layout.workers)
    slices = (0..<plan.layout.workers).map { ownResult == nil ? cut[$0] : range }
    tag = 2 * index
    exchange = transport?.makeTransfers()
    spreading = transport?.makeTransfers()
    heldSlices = plan.heldSlices
    holders = plan.holders(ofSliceOwnedBy: plan.worker)
    var joinedCount = ownResult == nil ? 0 : plan.local.rootCount * range.count
    joinedStarts = (0..<plan.layout.workers).map { [slices, heldSlices] owner in
      if ownResult != nil { return 0 }
      defer { if heldSlices.contains(owner) { joinedCount += plan.local.rootCount * slices[owner].count } }
      return joinedCount
    }
    joined = transport != nil && plan.slots.count > 1 ? .allocate(capacity: max(1, joinedCount)) : nil
    localSlots = .allocate(capacity: plan.local.slotCount)
    results = .allocate(capacity: plan.local.rootCount)
    globalSlots = .allocate(capacity: plan.global.slotCount)
    scratch = .allocate(capacity: max(plan.local.scratchLength, plan.global.scratchLength))
    let foreignSlots = plan.global.slotCount - plan.islandSlots[plan.island].count
    received = .allocate(capacity: max(1, foreignSlots * slices[plan.worker].count))
  }

  deinit {
    joined?.deallocate()
    localSlots.deallocate()
    results.deallocate()
    globalSlots.deallocate()
    received.deallocate()
    scratch.deallocate()
  }

  func restart() { phase = .waiting }

  /// Whether this worker has yet to see the bucket ready on all workers of its island.
  var isWaiting: Bool { phase == .waiting }

  /// Whether it waits for messages.
  var isTravelling: Bool { phase == .exchanging || phase == .spreading }

  /// Goes on as far as it can without waiting; true when the bucket's sum is where it belongs, as far as this worker has
  /// to do with it.
  ///
  /// - Parameter isReady: Whether all workers of the island have made their partial sums of the bucket ready.
  func advance(isReady: @autoclosure () -> Bool) throws -> Bool {
    if phase == .waiting, isReady() { try begin() }
    if phase == .exchanging, try exchange?.areComplete() ?? true { try spread() }
    if phase == .spreading, try spreading?.areComplete() ?? true { phase = .done }
    return phase == .done
  }

  private func begin() throws {
    guard let exchange else {
      results[0] = target + slices[plan.worker].lowerBound
      evaluateLocally(slices[plan.worker])
      phase = .done
      return
    }
    try receiveOwnSlice(exchange)
    for (index, owner) in heldSlices.enumerated() {
      for root in 0..<plan.local.rootCount { results[root] = joinedSum(root, sliceOf: owner) }
      if ownResult == nil || index == 0 { evaluateLocally(slices[owner]) }
      guard owner != plan.worker else { continue }
      let slice = slices[owner]
      for root in 0..<plan.local.rootCount {
        try exchange.send(results[root], count: slice.count, to: owner, tag: tag)
      }
      guard ownResult == nil else { continue }
      try spreading?.receive(
        arena.target(plan.position) + slice.lowerBound, count: slice.count, from: owner, tag: tag + 1)
    }
    phase = .exchanging
  }

  /// A buffer as long as all buckets together, to which this worker writes.
  private var target: UnsafeMutablePointer<Float> {
    ownResult?.pointer.assumingMemoryBound(to: Float.self) ?? arena.target(plan.position)
  }

  private func evaluateLocally(_ elements: Range<Int>) {
    for slot in 0..<plan.local.slotCount { localSlots[slot] = arena.slot(slot) + elements.lowerBound }
    plan.local.evaluate(slots: localSlots, count: elements.count, into: results, scratch: scratch)
  }

  /// Where the island's sum of that number is, of the slice that `owner` adds up.
  private func joinedSum(_ root: Int, sliceOf owner: Int) -> UnsafeMutablePointer<Float> {
    if let joined { return joined + joinedStarts[owner] + root * slices[owner].count }
    guard let slot = plan.local.givenRoots[root] else {
      preconditionFailure("a worker alone on its island has partial sums that the tree joins")
    }
    return arena.slot(slot) + slices[owner].lowerBound
  }

  private func receiveOwnSlice(_ exchange: any Transfers) throws {
    let count = slices[plan.worker].count
    var room = received
    for (island, holder) in holders {
      for slot in plan.islandSlots[island] {
        globalSlots[slot] = room
        try exchange.receive(room, count: count, from: holder, tag: tag)
        room += count
      }
    }
  }

  private func spread() throws {
    let own = slices[plan.worker]
    for (root, slot) in plan.islandSlots[plan.island].enumerated() {
      globalSlots[slot] = joinedSum(root, sliceOf: plan.worker)
    }
    let sum = target + own.lowerBound
    results[0] = sum
    plan.global.evaluate(slots: globalSlots, count: own.count, into: results, scratch: scratch)
    if ownResult == nil {
      for (_, holder) in holders { try spreading?.send(sum, count: own.count, to: holder, tag: tag + 1) }
    }
    phase = .spreading
  }
}
