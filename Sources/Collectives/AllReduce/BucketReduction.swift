import Tensors

/// The all-reduce of one bucket over node groups (`NodeGroups`).
///
/// Each worker owns one slice of the bucket and makes its final sum. In each node group, one worker is the slice's local
/// owner: it adds the group's partial sums of the slice, as far as the tree joins them. Then
///  1. the local owner sends its sums to the slice's owner (reduce-scatter: p·N·(n−1)/n bytes for a group with p such sums, of
///     n groups);
///  2. the owner adds the sums of all groups and sends the total to the local owners, who write it where their group reads the
///     result (all-gather: N·(n−1)/n bytes).
/// With one partial sum in each group that is 2·N·(n−1)/n bytes, the least that an all-reduce can do (Patarasu and Yuan,
/// "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009), divided among the group's workers.
/// With one group nothing is sent, and the owner writes the sum directly to the result.
/// If the sum is short and the groups are few, the slice of every worker is the whole bucket: no total is sent, which halves
/// the time.
final class BucketReduction {
  private enum Phase { case waiting, reduceScatter, allGather, done }

  private let plan: AllReducePlan
  private let memory: AllReduceMemory
  private let range: Range<Int>
  /// The slice of each worker, whose final sum it makes.
  private let slices: [Range<Int>]
  /// The worker's own result, if every worker makes the whole sum by itself.
  private let ownResult: Tensor?
  private let tag: Int
  private let exchange: (any Transfers)?
  private let gathering: (any Transfers)?
  /// Sums of this worker's slice from other groups, one after the other in slot order.
  private let received: UnsafeMutablePointer<Float>
  /// The group's sums of the slices of which this worker is the local owner. They are separate, since a sum that is being sent
  /// must not lie where the result arrives. Nil for a worker alone with its own result, whose partial sums are sent directly.
  private let joined: UnsafeMutablePointer<Float>?
  /// First element in `joined` of each worker's slice; equal for all if every slice is the whole bucket.
  private let joinedStarts: [Int]
  private let localSlots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let results: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let globalSlots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let scratch: UnsafeMutablePointer<Float>
  private let locallyOwnedSlices: [Int]
  private let localOwners: [(nodeGroup: Int, worker: Int)]
  private var phase = Phase.waiting

  /// - Parameter ownResult: `[count]`, if every worker makes the whole result.
  init(
    index: Int, range: Range<Int>, plan: AllReducePlan, memory: AllReduceMemory, ownResult: Tensor?,
    transport: (any InterGroupTransport)?
  ) {
    (self.plan, self.memory, self.range, self.ownResult) = (plan, memory, range, ownResult)
    let cut = Slices(of: range, owners: plan.layout.workers)
    slices = (0..<plan.layout.workers).map { ownResult == nil ? cut[$0] : range }
    tag = 2 * index
    exchange = transport?.makeTransfers()
    gathering = transport?.makeTransfers()
    locallyOwnedSlices = plan.locallyOwnedSlices
    localOwners = plan.localOwners(ofSliceOwnedBy: plan.worker)
    var joinedCount = ownResult == nil ? 0 : plan.local.rootCount * range.count
    joinedStarts = (0..<plan.layout.workers).map { [slices, locallyOwnedSlices] owner in
      if ownResult != nil { return 0 }
      defer { if locallyOwnedSlices.contains(owner) { joinedCount += plan.local.rootCount * slices[owner].count } }
      return joinedCount
    }
    joined = transport != nil && plan.slots.count > 1 ? .allocate(capacity: max(1, joinedCount)) : nil
    localSlots = .allocate(capacity: plan.local.slotCount)
    results = .allocate(capacity: plan.local.rootCount)
    globalSlots = .allocate(capacity: plan.global.slotCount)
    scratch = .allocate(capacity: max(plan.local.scratchLength, plan.global.scratchLength))
    let foreignSlots = plan.global.slotCount - plan.groupSlots[plan.nodeGroup].count
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

  /// Whether some worker of the node group has not submitted the bucket yet.
  var isWaiting: Bool { phase == .waiting }

  /// Whether the bucket waits for messages.
  var isTravelling: Bool { phase == .reduceScatter || phase == .allGather }

  /// Advances as far as possible without waiting. Returns true when this worker's part is complete: its sums are where the
  /// node group reads the result.
  ///
  /// - Parameter isReady: Whether all workers of the node group have submitted their partial sums of the bucket.
  func advance(isReady: @autoclosure () -> Bool) throws -> Bool {
    if phase == .waiting, isReady() { try begin() }
    if phase == .reduceScatter, try exchange?.areComplete() ?? true { try startAllGather() }
    if phase == .allGather, try gathering?.areComplete() ?? true { phase = .done }
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
    for (index, owner) in locallyOwnedSlices.enumerated() {
      for root in 0..<plan.local.rootCount { results[root] = joinedSum(root, sliceOf: owner) }
      if ownResult == nil || index == 0 { evaluateLocally(slices[owner]) }
      guard owner != plan.worker else { continue }
      let slice = slices[owner]
      for root in 0..<plan.local.rootCount {
        try exchange.send(results[root], count: slice.count, to: owner, tag: tag)
      }
      guard ownResult == nil else { continue }
      try gathering?.receive(
        memory.target(plan.position) + slice.lowerBound, count: slice.count, from: owner, tag: tag + 1)
    }
    phase = .reduceScatter
  }

  /// The buffer for sums that this worker writes; as long as all buckets together.
  private var target: UnsafeMutablePointer<Float> {
    ownResult?.pointer.assumingMemoryBound(to: Float.self) ?? memory.target(plan.position)
  }

  private func evaluateLocally(_ elements: Range<Int>) {
    for slot in 0..<plan.local.slotCount { localSlots[slot] = memory.slot(slot) + elements.lowerBound }
    plan.local.evaluate(slots: localSlots, count: elements.count, into: results, scratch: scratch)
  }

  /// The group's sum number `root` of the slice that belongs to `owner`.
  private func joinedSum(_ root: Int, sliceOf owner: Int) -> UnsafeMutablePointer<Float> {
    if let joined { return joined + joinedStarts[owner] + root * slices[owner].count }
    guard let slot = plan.local.givenRoots[root] else {
      preconditionFailure("a worker alone in its node group has partial sums that the tree joins")
    }
    return memory.slot(slot) + slices[owner].lowerBound
  }

  private func receiveOwnSlice(_ exchange: any Transfers) throws {
    let count = slices[plan.worker].count
    var next = received
    for (nodeGroup, localOwner) in localOwners {
      for slot in plan.groupSlots[nodeGroup] {
        globalSlots[slot] = next
        try exchange.receive(next, count: count, from: localOwner, tag: tag)
        next += count
      }
    }
  }

  private func startAllGather() throws {
    let own = slices[plan.worker]
    for (root, slot) in plan.groupSlots[plan.nodeGroup].enumerated() {
      globalSlots[slot] = joinedSum(root, sliceOf: plan.worker)
    }
    let sum = target + own.lowerBound
    results[0] = sum
    plan.global.evaluate(slots: globalSlots, count: own.count, into: results, scratch: scratch)
    if ownResult == nil {
      for (_, localOwner) in localOwners { try gathering?.send(sum, count: own.count, to: localOwner, tag: tag + 1) }
    }
    phase = .allGather
  }
}
