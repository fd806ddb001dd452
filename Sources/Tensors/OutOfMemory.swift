import Glibc
import Synchronization

/// The system refused memory that a computation requires. Checkpoints are not affected.
public struct OutOfMemory: Error, Equatable, CustomStringConvertible {
  /// Requested size in bytes.
  public let bytes: Int

  public var description: String {
    """
    out of memory: the system refused \(bytes / 1024) KiB more
    hint: a smaller batch (training.batch_size) or model, or fewer workers on this host
    """
  }

  private static let isEnding = Atomic(false)

  /// Returns on the first thread that calls it. Other threads wait for the end of the process, so that one message is printed.
  public static func holdOtherThreads() {
    while isEnding.exchange(true, ordering: .relaxed) { pause() }
  }

  /// Ends the process, which may have no memory for anything else. A trap would also print a backtrace.
  @Sendable public static func end(_ error: OutOfMemory) -> Never {
    holdOtherThreads()
    _ = "error: \(error)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    _exit(1)
  }
}
