import CMPI
import Collectives
import Glibc
import Synchronization
import Tensors

/// Asynchronous progress: messages advance while their rank computes.
///
/// MPI advances messages only inside its calls. Operations of a backward pass may take tens of milliseconds, during which a link
/// is idle once the buffered data have been sent. This thread calls MPI every few milliseconds, on the rank's own core if it has
/// one. It pauses while the rank itself waits for messages and polls. A rank that calls MPI may have to wait for this thread, for
/// the time of copying what has arrived.
final class ProgressThread {
  /// State shared by the thread and its owner. The semaphore is safe to share, which the compiler cannot know.
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

  /// Pause between two calls. The buffers keep a link of 1 Gbit/s busy for several times as long, and one of 10 Gbit/s about as
  /// long. A shorter pause costs more of the rank's core than it gains.
  private static let pauseMicroseconds: UInt32 = 4000

  private let state = State()
  private var thread: SystemThread?
  private var wasTried = false

  /// Whether the thread calls MPI. The first change to true starts the thread, if it is useful and the system allows it;
  /// otherwise messages advance only when the rank polls. Once false, the thread makes no call.
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

  /// Whether messages travel by TCP or shared memory, which Open MPI's `ob1` handles. Other networks advance messages by
  /// themselves, and UCX before Open MPI 4.1.7 fails with a second thread, even if threads take turns.
  private static let isOfUse: Bool = {
    let choice = getenv("OMPI_MCA_pml").map { String(cString: $0) }
    if let choice, !choice.hasPrefix("^") { return choice == "ob1" }
    return !hasRemoteMemoryDevices
  }()

  /// Whether there is a network such as InfiniBand.
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
