import Synchronization
import Tensors

extension ThreadGroup {
  /// Runs `body` once for each worker: worker 0 on the calling thread, the others on their own threads. Returns their results,
  /// in worker order.
  ///
  /// - Throws: The error of the worker that failed first. Collective operations of the others then throw too, and all threads
  ///   end.
  public static func run<Result: Sendable>(
    layout: ShardLayout, body: @escaping @Sendable (ThreadCommunicator) throws -> Result
  ) throws -> [Result] {
    let group = ThreadGroup(layout: layout)
    let outcomes = Mutex<[Swift.Result<Result, any Error>?]>(Array(repeating: nil, count: layout.workers))

    @Sendable func perform(_ worker: Int) {
      let outcome = Swift.Result { try body(ThreadCommunicator(group, worker: worker)) }
      outcomes.withLock { $0[worker] = outcome }
      switch outcome {
      case .success: group.leave(worker)
      case .failure(let error): group.abort("\(error)", from: worker)
      }
    }

    var threads: [SystemThread] = []
    func joinAll() { for thread in threads { thread.join() } }
    for worker in 1..<max(1, layout.workers) {
      do {
        threads.append(try SystemThread { perform(worker) })
      } catch {
        let failure = CollectiveError.thread(worker: worker, reason: error.description)
        group.abort(failure.description, from: worker)
        joinAll()
        throw failure
      }
    }
    perform(0)
    joinAll()

    let finished = outcomes.withLock { $0 }
    if case .aborted(let worker, _)? = group.barrier.firstFailure { _ = try finished[worker]?.get() }
    return try finished.compactMap { try $0?.get() }
  }
}
