import Glibc
import Synchronization

/// A barrier between the threads of one process that can fail.
///
/// A wait spins briefly, then yields, then sleeps: so short waits stay short, and with more workers than cores, the worker
/// that the others wait for gets a core.
final class ThreadBarrier: @unchecked Sendable {
  private static let spins = 500
  private static let yields = 50

  private let parties: Int
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let failed = Atomic<Bool>(false)
  /// Guards `failure`, and makes "all have passed" and "the group has failed" exclusive.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var failure: CollectiveError?

  init(parties: Int) {
    self.parties = parties
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    changed.deallocate()
  }

  /// Returns when all parties have called it. Throws, on every party, if the group failed before that.
  func wait() throws(CollectiveError) {
    try checkFailure()
    let current = generation.load(ordering: .acquiring)
    if arrive() {
      if advance(evenIfFailed: false) { return }
      try throwFailure()
    }
    spin { generation.load(ordering: .acquiring) != current || failed.load(ordering: .acquiring) }
    if generation.load(ordering: .acquiring) != current { return }
    lock()
    while generation.load(ordering: .relaxed) == current && failure == nil { pthread_cond_wait(changed, mutex) }
    // All pass a barrier that all have reached, whatever fails afterwards.
    let passed = generation.load(ordering: .relaxed) != current
    unlock()
    if !passed { try throwFailure() }
  }

  /// Throws if the group has failed.
  func checkFailure() throws(CollectiveError) {
    if failed.load(ordering: .acquiring) { try throwFailure() }
  }

  /// The second barrier of an operation whose first barrier all parties have passed: nothing keeps them from reaching it. It
  /// does not fail, so each party waits here until the others have finished with its buffers.
  func waitForAll() {
    let current = generation.load(ordering: .acquiring)
    if arrive() {
      _ = advance(evenIfFailed: true)
      return
    }
    spin { generation.load(ordering: .acquiring) != current }
    if generation.load(ordering: .acquiring) != current { return }
    lock()
    while generation.load(ordering: .relaxed) == current { pthread_cond_wait(changed, mutex) }
    unlock()
  }

  /// Makes all present and later waits throw `error`. Only the first call counts.
  func fail(_ error: CollectiveError) {
    lock()
    if failure == nil { failure = error }
    failed.store(true, ordering: .releasing)
    pthread_cond_broadcast(changed)
    unlock()
  }

  /// Records an arrival; returns whether it is the last.
  private func arrive() -> Bool {
    arrived.add(1, ordering: .acquiringAndReleasing).newValue == parties
  }

  private func advance(evenIfFailed: Bool) -> Bool {
    lock()
    defer { unlock() }
    if failure != nil && !evenIfFailed { return false }
    arrived.store(0, ordering: .relaxed)
    generation.add(1, ordering: .releasing)
    pthread_cond_broadcast(changed)
    return true
  }

  private func spin(until condition: () -> Bool) {
    for _ in 0..<Self.spins where condition() { return }
    for _ in 0..<Self.yields {
      if condition() { return }
      sched_yield()
    }
  }

  /// The error of the first call of `fail`.
  var firstFailure: CollectiveError? {
    lock()
    defer { unlock() }
    return failure
  }

  private func throwFailure() throws(CollectiveError) {
    if let failure = firstFailure { throw failure }
    preconditionFailure("a barrier failed without a reason")
  }

  private func lock() { pthread_mutex_lock(mutex) }
  private func unlock() { pthread_mutex_unlock(mutex) }
}
