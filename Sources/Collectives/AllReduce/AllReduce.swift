import Synchronization
import Tensors

/// The all-reduce of a training step: sums over shards in the order of the tree, many times over the same buffers. Made by
/// `Communicator.makeAllReduce`; used from the worker's thread only.
///
/// A round is: `begin`, write all elements of `partials`, `finish`, read `result`, `release`. To overlap buckets with the
/// computation, call `ready` as they are written, and `poll` meanwhile. All workers go through the same rounds, but may differ
/// in their calls of `ready` and `poll`.
///
/// A round has three barriers in each node group: all have written, all have added, all have read. The last one exists because
/// the result may overwrite the partial sums. Call `begin` late, after a forward pass for example; then it hardly ever waits
/// there. Short sums do without the second barrier.
///
/// Workers of a node group can share the update that follows: in shared buffers, each updates its `ownElements`, and `barrier` is
/// the barrier after which all may read everything.
public final class AllReduce {
  public let buckets: Buckets
  /// The worker's partial sums, `[count]`, one for each maximal subtree inside its shards, in shard order
  /// (`ShardLayout.partials(of:)`). Write an element only between `begin` and the call of `ready` that covers it; afterwards its
  /// value is undefined, since sums are made in the same memory.
  public let partials: [Tensor]
  /// The sum over all shards, `[count]`, from `finish` until `release` or the next `begin`. Read it only: other workers read the
  /// same memory.
  public let result: Tensor
  /// Additional buffers `[count]`, zero at first, that all workers of the node group see. Empty for a worker alone in its group,
  /// or without shared memory. Each worker writes its `ownElements` only, between `finish` and the next `barrier`.
  /// Readable from that barrier until this worker submits the last bucket of the next round: nobody writes before that.
  public let sharedBuffers: [Tensor]
  /// This worker's elements of the shared buffers, ascending. Each element belongs to one worker of the node group.
  /// Without shared buffers, all belong to this one.
  public let ownElements: [Range<Int>]
  /// The workers of the node group, this one among them.
  public var nodeGroup: Range<Int> { plan.nodeGroups.members[plan.nodeGroup] }
  /// Whether this worker does the things that a node group does once.
  public var isFirstInNodeGroup: Bool { plan.position == 0 }
  /// Records the worker's phases; nil without profiling.
  public var timeline: Timeline?

  private let plan: AllReducePlan
  private let memory: AllReduceMemory
  private let sums: [BucketReduction]
  private let transport: (any InterGroupTransport)?
  private let checkFailure: () throws -> Void
  private var round = 0
  private var barriersPassed = 0
  /// Whether this round's partial sums may be written.
  private var hasBegun = false
  /// Number of this round's buckets that this worker has submitted, and of those that are complete.
  private var readyBuckets = 0
  private var doneBuckets = 0

  /// - Parameters:
  ///   - layout: Shards and workers.
  ///   - worker: Number of this worker.
  ///   - nodeGroups: The node groups; `memory` is that of this worker's group.
  ///   - buckets: Ranges that are summed as units.
  ///   - memory: Buffers of this worker and its node group.
  ///   - transport: Messages between node groups; nil if there is one group.
  ///   - checkFailure: Called while waiting; throws if the wait can never end.
  public init(
    layout: ShardLayout, worker: Int, nodeGroups: NodeGroups, buckets: Buckets, memory: AllReduceMemory,
    transport: (any InterGroupTransport)?, checkFailure: @escaping () throws -> Void
  ) {
    precondition((nodeGroups.count == 1) == (transport == nil), "\(nodeGroups.count) node groups require messages")
    let plan = AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: worker)
    (self.plan, self.buckets, self.memory) = (plan, buckets, memory)
    (self.transport, self.checkFailure) = (transport, checkFailure)
    partials = plan.slots[plan.position].map { memory.tensor(memory.slot($0)) }
    let result = memory.hasNoResult ? Tensor(zeros: [buckets.count], pool: StoragePool()) : memory.tensor(memory.result)
    self.result = result
    sharedBuffers = memory.sharedBuffers.map(memory.tensor)
    ownElements = sharedBuffers.isEmpty ? [0..<buckets.count] : plan.ownElements(of: buckets)
    sums = buckets.ranges.enumerated().map { index, range in
      BucketReduction(
        index: index, range: range, plan: plan, memory: memory, ownResult: memory.hasNoResult ? result : nil,
        transport: transport)
    }
  }

  // The buffers of messages are about to be freed.
  deinit { transport?.asynchronousProgress = false }

  /// Barrier of the node group, after which each worker sees what the others have written to the shared buffers. Does nothing
  /// if there are no shared buffers.
  public func barrier() throws {
    guard !sharedBuffers.isEmpty else { return }
    barriersPassed += 1
    memory.arrived(plan.position).pointee.store(barriersPassed, ordering: .releasing)
    try wait(as: .waiting) { allHaveMet }
  }

  /// Declares that this worker no longer reads the result.
  public func release() {
    guard plan.layout.workers > 1 else { return }
    memory.released(plan.position).pointee.store(round, ordering: .releasing)
  }

  /// Waits until this round's partial sums may be written: until no worker of the node group reads the last result. Releases
  /// this worker's result first. Does nothing if called again in the same round.
  public func begin() throws {
    guard plan.layout.workers > 1, !hasBegun else { return }
    release()
    if memory.slotsAreReadLonger && !allHaveReleased {
      try wait(as: .waiting) { allHaveReleased }
    }
    hasBegun = true
  }

  /// Submits this worker's partial sums from element `start` on: they are final for this round.
  public func ready(from start: Int) {
    guard plan.layout.workers > 1 else { return }
    precondition(hasBegun, "partial sums are ready in a round that did not begin")
    var count = readyBuckets
    while count < sums.count && buckets.ranges[count].lowerBound >= start { count += 1 }
    guard count > readyBuckets else { return }
    readyBuckets = count
    memory.ready(plan.position).pointee.store(round * sums.count + count, ordering: .releasing)
  }

  /// Advances the submitted buckets without waiting.
  public func poll() throws {
    // In order, so that all workers serve the oldest bucket first; later buckets may have started already.
    do {
      try advance(as: .hiddenCommunication)
    } catch {
      transport?.asynchronousProgress = false
      throw error
    }
    guard let transport else { return }
    // Once all buckets are submitted, `finish` comes next, which polls itself.
    transport.asynchronousProgress =
      readyBuckets < sums.count && (doneBuckets..<readyBuckets).contains { sums[$0].isTravelling }
  }

  /// - Parameter phase: Phase that the time of this work counts as.
  private func advance(as phase: Timeline.Phase) throws {
    let before = timeline?.phase
    for index in doneBuckets..<readyBuckets {
      if let timeline, !sums[index].isWaiting || allAreReady(bucket: index) { timeline.enter(phase) }
      let isDone = try sums[index].advance(isReady: allAreReady(bucket: index))
      if isDone && index == doneBuckets { doneBuckets += 1 }
    }
    if let timeline, let before { timeline.enter(before) }
  }

  /// Completes the round; returns when `result` is complete on this worker.
  public func finish() throws {
    guard plan.layout.workers > 1 else { return }
    transport?.asynchronousProgress = false
    ready(from: 0)
    try wait { doneBuckets == sums.count }
    round += 1
    if !memory.hasNoResult {
      memory.finished(plan.position).pointee.store(round, ordering: .releasing)
      try wait { allHaveFinished }
    }
    (readyBuckets, doneBuckets, hasBegun) = (0, 0, false)
    for sum in sums { sum.restart() }
  }

  /// - Parameter phase: Phase that the time counts as; nil for communication.
  private func wait(as phase: Timeline.Phase? = nil, until isOver: () -> Bool) throws {
    let before = timeline?.phase
    defer { if let timeline, let before { timeline.enter(before) } }
    var backoff = WaitBackoff(plan.nodeGroups.count == 1 ? .flags : .messages)
    while true {
      // Checked first, but thrown last: a worker that has moved on and ended is not a failure if the wait is over.
      let failure = Result { try checkFailure() }
      timeline?.enter(phase ?? (isWaitingForNodeGroup ? .waiting : .exposedCommunication))
      try advance(as: .exposedCommunication)
      if isOver() { return }
      try failure.get()
      backoff.pause()
    }
  }

  private var neighbours: Range<Int> { 0..<plan.slots.count }

  private func allAreReady(bucket: Int) -> Bool {
    let wanted = round * sums.count + bucket + 1
    return neighbours.allSatisfy { memory.ready($0).pointee.load(ordering: .acquiring) >= wanted }
  }

  /// Whether nothing can advance until another worker of the node group submits the oldest bucket.
  private var isWaitingForNodeGroup: Bool {
    doneBuckets < readyBuckets && sums[doneBuckets].isWaiting && !allAreReady(bucket: doneBuckets)
  }

  private var allHaveReleased: Bool {
    neighbours.allSatisfy { memory.released($0).pointee.load(ordering: .acquiring) >= round }
  }

  private var allHaveMet: Bool {
    neighbours.allSatisfy { memory.arrived($0).pointee.load(ordering: .acquiring) >= barriersPassed }
  }

  private var allHaveFinished: Bool {
    neighbours.allSatisfy { memory.finished($0).pointee.load(ordering: .acquiring) >= round }
  }
}
