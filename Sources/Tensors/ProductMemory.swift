import Glibc
import Synchronization

/// The block of memory that OpenBLAS works in, one for each thread that multiplies at a time.
///
/// Where the system refuses it, OpenBLAS asks again for ever and without a word. So it is asked for here first, and OpenBLAS is made to
/// take it before anything larger does; what it has once taken it keeps.
public final class ProductMemory {
  /// OpenBLAS takes 128 MiB for a thread, and a little for itself.
  private static let bytes = 129 << 20

  private typealias Take = @convention(c) (Int32) -> UnsafeMutableRawPointer?
  private typealias GiveBack = @convention(c) (UnsafeMutableRawPointer) -> Void

  /// Its address; 0 where OpenBLAS cannot be asked. (Raw pointers do not cross the lock under strict concurrency.)
  private let block: UInt

  /// Takes a block. Threads of one process each hold theirs until all have one: else they would take the same one in turns.
  public convenience init() throws(OutOfMemory) { try self.init(bytes: Self.bytes) }

  init(bytes: Int) throws(OutOfMemory) {
    // One after the other, so that two threads do not find the same room free.
    block = try Self.turns.withLock { _ throws(OutOfMemory) in try Self.take(bytes) }
  }

  private static let turns = Mutex(())

  private static func take(_ bytes: Int) throws(OutOfMemory) -> UInt {
    // Not malloc, which a compiler may leave out where its memory is not used.
    let region = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard region != MAP_FAILED else { throw OutOfMemory(bytes: bytes) }
    munmap(region, bytes)
    // All builds of OpenBLAS export these two, and no header declares them. Where they are missing, the question must do.
    let take = dlsym(nil, "blas_memory_alloc").map { unsafeBitCast($0, to: Take.self) }
    return UInt(bitPattern: take?(0))
  }

  /// Gives the block back to OpenBLAS. Call it once.
  public func giveBack() {
    guard let block = UnsafeMutableRawPointer(bitPattern: block), let function = dlsym(nil, "blas_memory_free") else {
      return
    }
    unsafeBitCast(function, to: GiveBack.self)(block)
  }
}
