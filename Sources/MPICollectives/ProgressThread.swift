import CMPI
import Collectives
import Glibc
import Synchronization

/// Lets messages move on while their rank computes: asynchronous progress.
///
/// MPI moves messages inside its calls only. Between two operations of a backward pass lie up to tens of milliseconds, in
/// which a link stands still as soon as what the system has buffered is sent. This thread calls MPI every few
/// milliseconds, on the rank's own core if it has one; it rests while the rank waits for messages, and asks itself.
final class ProgressThread {
  /// What the thread shares with its owner. The semaphore is safe to share; the compiler cannot know.
  private final class State: @unchecked Sendable {
    let isActive = Atomic(false)
    let isOver = Atomic(false)
    let wake: UnsafeMutablePointer<sem_t>

    init() {
      wake = .allocate(capacity: 1)
      sem_init(wake, 0, 0)
    }

    deinit {
      sem_destroy(wake)
      wake.deallocate()
    }
  }

  /// Megabytes of buffers (`MPIEnvironment.tuneTCP`) keep a link of 1 Gbit/s busy for longer, and one of 10 Gbit/s
  /// about as long; a shorter pause costs more of the rank's core than it gains.
  private static let pauseMicroseconds: UInt32 = 4000

  private let state = State()
  private var thread: WorkerThread?

  /// Starts the thread the first time it is set. Where the system refuses one, messages move when the rank asks.
  var isActive = false {
    didSet {
      guard isActive != oldValue else { return }
      state.isActive.store(isActive, ordering: .relaxed)
      guard isActive else { return }
      if thread == nil { thread = try? WorkerThread { [state] in Self.run(state) } }
      sem_post(state.wake)
    }
  }

  deinit {
    state.isOver.store(true, ordering: .relaxed)
    state.isActive.store(false, ordering: .relaxed)
    sem_post(state.wake)
    thread?.join()
  }

  private static func run(_ state: State) {
    while true {
      sem_wait(state.wake)
      if state.isOver.load(ordering: .relaxed) { return }
      while state.isActive.load(ordering: .relaxed) {
        usleep(pauseMicroseconds)
        cmpi_progress()
      }
    }
  }
}
