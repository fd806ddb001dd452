import CMPI
import Collectives
import Glibc
import Synchronization
import Tensors

/// Lets messages move on while their rank computes: asynchronous progress.
///
/// MPI moves messages inside its calls only. Between two operations of a backward pass lie up to tens of milliseconds, in
/// which a link stands still as soon as what is buffered has been sent. This thread calls MPI every few milliseconds, on
/// the rank's own core if it has one; it rests while the rank waits for messages, and asks itself. A rank that calls MPI
/// meanwhile may have to wait for it, for as long as it takes to copy what has arrived.
final class ProgressThread {
  /// State shared by the thread and its owner. The semaphore is safe to share; the compiler cannot know.
  private final class State: @unchecked Sendable {
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

  /// The buffers keep a link of 1 Gbit/s busy for several times as long, and one of 10 Gbit/s about as long; a
  /// shorter pause costs more of the rank's core than it gains.
  private static let pauseMicroseconds: UInt32 = 4000

  private let state = State()
  private var thread: SystemThread?
  private var wasTried = false

  /// Starts the thread the first time it is set, if it is of use and the system does not refuse it. Else, messages move
  /// when the rank asks. Once false, the thread makes no call.
  var isActive = false {
    didSet {
      guard isActive != oldValue else { return }
      if !wasTried && Self.isOfUse { thread = try? SystemThread { [state] in Self.run(state) } }
      wasTried = true
      guard thread != nil else { return }
      cmpi_allow_progress(isActive)
      if isActive { sem_post(state.wake) }
    }
  }

  deinit {
    guard let thread else { return }
    if isActive { cmpi_allow_progress(false) }
    state.isOver.store(true, ordering: .relaxed)
    sem_post(state.wake)
    thread.join()
  }

  /// For TCP and shared memory, which Open MPI's `ob1` moves. Networks that move messages themselves do without, and UCX
  /// before Open MPI 4.1.7 does not bear a second thread even one at a time.
  private static let isOfUse: Bool = {
    let choice = getenv("OMPI_MCA_pml").map { String(cString: $0) }
    if let choice, !choice.hasPrefix("^") { return choice == "ob1" }
    return !hasRemoteMemoryDevices
  }()

  /// InfiniBand and its like.
  private static var hasRemoteMemoryDevices: Bool {
    guard let folder = opendir("/sys/class/infiniband") else { return false }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      if withUnsafeBytes(of: &entry.pointee.d_name, { $0[0] }) != UInt8(ascii: ".") { return true }
    }
    return false
  }

  private static func run(_ state: State) {
    while true {
      sem_wait(state.wake)
      if state.isOver.load(ordering: .relaxed) { return }
      repeat { usleep(pauseMicroseconds) } while cmpi_progress() && !state.isOver.load(ordering: .relaxed)
    }
  }
}
