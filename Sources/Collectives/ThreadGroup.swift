/// The worker threads of one process, and the memory that they share.
public final class ThreadGroup: Sendable {
  public let layout: ShardLayout
  let barrier: ThreadBarrier
  let board: PublicationBoard

  public init(layout: ShardLayout) {
    self.layout = layout
    barrier = ThreadBarrier(parties: layout.workers)
    board = PublicationBoard(workers: layout.workers)
  }

  /// Ends the group: every present and later collective operation of every worker throws `CollectiveError.aborted` with this
  /// reason. Only the first call counts. May be called from any thread.
  public func abort(_ reason: String, from worker: Int) {
    barrier.fail(.aborted(worker: worker, reason: reason))
  }

  /// Called by `ThreadGroup.run` when a worker has returned: others that still wait for it would wait for ever.
  func leave(_ worker: Int) {
    barrier.fail(.left(worker: worker))
  }
}
