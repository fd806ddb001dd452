import Synchronization
import Tensors

/// A sum over shards in the order of the tree that is done again and again over the same buffers: the all-reduce of a
/// training step. Made by `Communicator.makeShardSum`; used from the worker's thread only.
///
/// A round: `begin`, write all elements of `partials`, `finish`, read `result`, `release`. Where buckets are to overlap with
/// the computation, `ready` says bucket by bucket that they are written, and `poll` moves them on meanwhile. All workers go
/// through the same rounds; they need not call `ready` and `poll` alike.
///
/// A round takes three hand-shakes of the workers that share memory: all have written, all have summed, all have read. The
/// last one is there because the result may lie where the partial sums did; `begin` is late enough to wait for it (after a
/// forward pass, say) when it hardly ever has to. Short sums do without the second.
///
/// The update that follows need not be made by each worker for itself: with buffers that they share, each makes its
/// `ownElements` of it, and `meet` lets all read the whole.
public final class ShardSum {
  public let buckets: Buckets
  /// The worker's partial sums, `[count]`, one for each maximal subtree inside its run of shards, in shard order
  /// (`ShardLayout.partials(of:)`). To be written between `begin` and `ready` only, for the elements that it names;
  /// undefined afterwards: sums are made in them.
  public let partials: [Tensor]
  /// The root's sum, `[count]`, after `finish` and until `release` or the next `begin`. To be read only: other workers read
  /// the same memory.
  public let result: Tensor
  /// Buffers `[count]`, zero at first, that all workers of the island see; empty for a worker without neighbours, or where
  /// there is no memory to share. Each writes its `ownElements` only, from `finish` to the next meeting. They are to be read
  /// from a meeting on until the reader makes the last bucket of the next round ready: until then nobody comes to write.
  public let sharedBuffers: [Tensor]
  /// Ascending; all workers of the island together have each element once. Everything where nothing is shared.
  public let ownElements: [Range<Int>]
  /// The workers that share memory with this one, itself among them.
  public var island: Range<Int> { plan.islands.members[plan.island] }
  /// Whether this is the one of its island to do what needs to be done once.
  public var isFirstOnIsland: Bool { plan.position == 0 }
  /// Told what the worker is busy with, if somebody is to know.
  public var timeline: Timeline?

  private let plan: SumPlan
  private let arena: SumArena
  private let sums: [BucketSum]
  private let transport: (any IslandTransport)?
  private let checkFailure: () throws -> Void
  private var round = 0
  private var meetings = 0
  /// Whether partial sums of this round may be written.
  private var hasBegun = false
  /// Buckets of this round that this worker has made ready, and those that are done.
  private var readyBuckets = 0
  private var doneBuckets = 0

  /// - Parameters:
  ///   - islands: Which workers share memory; `arena` is that of this worker's island.
  ///   - transport: Between islands; nil where there is one.
  ///   - checkFailure: Called while waiting; throws when waiting has become vain.
  public init(
    layout: ShardLayout, worker: Int, islands: Islands, buckets: Buckets, arena: SumArena,
    transport: (any IslandTransport)?, checkFailure: @escaping () throws -> Void
  ) {
    precondition((islands.count == 1) == (transport == nil), "\(islands.count) islands need messages between them")
    let plan = SumPlan(layout: layout, islands: islands, worker: worker)
    (self.plan, self.buckets, self.arena) = (plan, buckets, arena)
    (self.transport, self.checkFailure) = (transport, checkFailure)
    partials = plan.slots[plan.position].map { arena.tensor(arena.slot($0)) }
    let result = arena.hasNoResult ? Tensor(zeros: [buckets.count], pool: StoragePool()) : arena.tensor(arena.result)
    self.result = result
    sharedBuffers = arena.sharedBuffers.map(arena.tensor)
    ownElements = sharedBuffers.isEmpty ? [0..<buckets.count] : plan.ownElements(of: buckets)
    sums = buckets.ranges.enumerated().map { index, range in
      BucketSum(
        index: index, range: range, plan: plan, arena: arena, ownResult: arena.hasNoResult ? result : nil,
        transport: transport)
    }
  }

  // The buffers of messages are given back now.
  deinit { transport?.asynchronousProgress = false }

  /// Returns when all workers of the island have come here; then each sees what the others have written to the shared
  /// buffers. Without such it does nothing.
  public func meet() throws {
    guard !sharedBuffers.isEmpty else { return }
    meetings += 1
    arena.met(plan.position).pointee.store(meetings, ordering: .releasing)
    try wait(as: .waiting) { allHaveMet }
  }

  /// Says that this worker no longer reads the result.
  public func release() {
    guard plan.layout.workers > 1 else { return }
    arena.released(plan.position).pointee.store(round, ordering: .releasing)
  }

  /// Returns when the round's partial sums may be written: when no worker of the island reads the last result any more.
  /// It releases this worker's; again in the same round it does nothing.
  public func begin() throws {
    guard plan.layout.workers > 1, !hasBegun else { return }
    release()
    if arena.slotsAreReadLonger && !allHaveReleased {
      try wait(as: .waiting) { allHaveReleased }
    }
    hasBegun = true
  }

  /// Says that this worker's partial sums are final for this round from element `start` on.
  public func ready(from start: Int) {
    guard plan.layout.workers > 1 else { return }
    precondition(hasBegun, "partial sums are ready in a round that did not begin")
    var count = readyBuckets
    while count < sums.count && buckets.ranges[count].lowerBound >= start { count += 1 }
    guard count > readyBuckets else { return }
    readyBuckets = count
    arena.ready(plan.position).pointee.store(round * sums.count + count, ordering: .releasing)
  }

  /// Moves on what can be moved on without waiting.
  public func poll() throws {
    // In order, so that all workers serve the oldest bucket first; later ones may be on their way already.
    do {
      try advance(as: .hiddenCommunication)
    } catch {
      transport?.asynchronousProgress = false
      throw error
    }
    guard let transport else { return }
    // Once all is ready, `finish` comes next, and asks itself.
    transport.asynchronousProgress =
      readyBuckets < sums.count && (doneBuckets..<readyBuckets).contains { sums[$0].isTravelling }
  }

  /// - Parameter phase: What work on the sum counts as.
  private func advance(as phase: Timeline.Phase) throws {
    let before = timeline?.phase
    for index in doneBuckets..<readyBuckets {
      if let timeline, !sums[index].isWaiting || allAreReady(bucket: index) { timeline.enter(phase) }
      let isDone = try sums[index].advance(isReady: allAreReady(bucket: index))
      if isDone && index == doneBuckets { doneBuckets += 1 }
    }
    if let timeline, let before { timeline.enter(before) }
  }

  /// Completes the round; returns when `result` is whole on this worker.
  public func finish() throws {
    guard plan.layout.workers > 1 else { return }
    transport?.asynchronousProgress = false
    ready(from: 0)
    try wait { doneBuckets == sums.count }
    round += 1
    if !arena.hasNoResult {
      arena.finished(plan.position).pointee.store(round, ordering: .releasing)
      try wait { allHaveFinished }
    }
    (readyBuckets, doneBuckets, hasBegun) = (0, 0, false)
    for sum in sums { sum.restart() }
  }

  /// - Parameter phase: What the time counts as; nil for the sum's.
  private func wait(as phase: Timeline.Phase? = nil, until isOver: () -> Bool) throws {
    let before = timeline?.phase
    defer { if let timeline, let before { timeline.enter(before) } }
    var backoff = WaitBackoff(plan.islands.count == 1 ? .flags : .messages)
    while true {
      // Looked for first: a worker that has gone on and ended meanwhile is no failure if that is over what is waited for.
      let failure = Result { try checkFailure() }
      timeline?.enter(phase ?? (islandIsAwaited ? .waiting : .exposedCommunication))
      try advance(as: .exposedCommunication)
      if isOver() { return }
      try failure.get()
      backoff.pause()
    }
  }

  private var neighbours: Range<Int> { 0..<plan.slots.count }

  private func allAreReady(bucket: Int) -> Bool {
    let wanted = round * sums.count + bucket + 1
    return neighbours.allSatisfy { arena.ready($0).pointee.load(ordering: .acquiring) >= wanted }
  }

  /// Whether nothing can go on before another worker of the island has made the oldest bucket ready.
  private var islandIsAwaited: Bool {
    doneBuckets < readyBuckets && sums[doneBuckets].isWaiting && !allAreReady(bucket: doneBuckets)
  }

  private var allHaveReleased: Bool {
    neighbours.allSatisfy { arena.released($0).pointee.load(ordering: .acquiring) >= round }
  }

  private var allHaveMet: Bool {
    neighbours.allSatisfy { arena.met($0).pointee.load(ordering: .acquiring) >= meetings }
  }

  private var allHaveFinished: Bool {
    neighbours.allSatisfy { arena.finished($0).pointee.load(ordering: .acquiring) >= round }
  }
}
