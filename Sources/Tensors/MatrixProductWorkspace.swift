import Glibc
import Synchronization

/// OpenBLAS's working memory: one block for each thread that multiplies at the same time.
///
/// If the system refuses a block, OpenBLAS silently retries for ever. So this type checks first that the memory is available, and
/// then makes OpenBLAS allocate it before anything larger does. OpenBLAS keeps its blocks.
public final class MatrixProductWorkspace {
  /// Size of a block: OpenBLAS allocates 128 MiB for a thread, and a little for itself.
  private static let bytes = 129 << 20

  private typealias Take = @convention(c) (Int32) -> UnsafeMutableRawPointer?
  private typealias GiveBack = @convention(c) (UnsafeMutableRawPointer) -> Void

  /// Address of the block; 0 if this OpenBLAS does not offer it. (Raw pointers do not cross the lock under strict concurrency.)
  private let block: UInt

  /// Takes a block. Threads of one process keep theirs until all have one; otherwise they would take the same one in turns.
  public convenience init() throws(OutOfMemory) { try self.init(bytes: Self.bytes) }

  init(bytes: Int) throws(OutOfMemory) {
    // One thread at a time, so that two threads do not find the same memory free.
    block = try Self.turns.withLock { _ throws(OutOfMemory) in try Self.take(bytes) }
  }

  private static let turns = Mutex(())

  private static func take(_ bytes: Int) throws(OutOfMemory) -> UInt {
    // Not malloc, which a compiler may remove if its memory is not used.
    let region = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard region != MAP_FAILED else { throw OutOfMemory(bytes: bytes) }
    munmap(region, bytes)
    // All builds of OpenBLAS export these two functions, but no header declares them. If they are missing, the check above must
    // suffice.
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
