import CKernels
import Glibc
import Synchronization

/// Hands freed buffers out again, so that a training step takes no memory from the system once steps like
/// it have been seen.
///
/// Buffers have sizes of a few classes (`SizeClass`), and a request takes one of up to about twice its size where none of
/// its own class waits: memory stays bounded also where every step asks for sizes of its own. Any
/// thread may allocate and free (batches are prepared on one thread and used on another).
public final class StoragePool: Sendable {
  /// Counts of a pool's work so far; `misses` stands still in the steady state.
  public struct Statistics: Sendable, Equatable {
    /// Requests served from the pool.
    public var hits = 0
    /// Requests that took new memory from the system.
    public var misses = 0
    /// Bytes taken from the system, in use or waiting.
    public var bytes = 0
  }

  private struct State: ~Copyable {
    // By the number of their class. Addresses, because raw pointers may not cross the lock under strict concurrency.
    var free = [[UInt]](repeating: [], count: SizeClass.count)
    var statistics = Statistics()
  }

  private let state = Mutex(State())
  private let refused: @Sendable (OutOfMemory) -> Never

  /// - Parameter refused: Says that the system has no more memory, and ends the process.
  public init(refused: @escaping @Sendable (OutOfMemory) -> Never = OutOfMemory.end) { self.refused = refused }

  deinit {
    state.withLock { state in
      for list in state.free {
        for address in list { Glibc.free(UnsafeMutableRawPointer(bitPattern: address)) }
      }
    }
  }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// A buffer of at least `byteCount` bytes, 64-byte aligned; its contents are whatever was there.
  public func allocate(byteCount: Int) -> Storage {
    let smallest = SizeClass(for: byteCount)
    let (address, found) = state.withLock { state -> (UInt?, SizeClass) in
      for number in smallest.number...min(smallest.number + SizeClass.perDoubling, SizeClass.count - 1) {
        if let address = state.free[number].popLast() {
          state.statistics.hits += 1
          return (address, SizeClass(number: number))
        }
      }
      state.statistics.misses += 1
      state.statistics.bytes += smallest.capacity
      return (nil, smallest)
    }
    let recycled = address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    if let recycled { ck_was_handed_over(recycled) }
    let pointer = recycled ?? systemAllocate(found.capacity)
    return Storage(pointer: pointer, sizeClass: found, pool: self)
  }

  /// A zeroed buffer.
  public func allocateZeroed(byteCount: Int) -> Storage {
    let storage = allocate(byteCount: byteCount)
    memset(storage.pointer, 0, byteCount)
    return storage
  }

  fileprivate func recycle(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    let address = UInt(bitPattern: pointer)
    let number = SizeClass(for: capacity).number
    ck_will_be_handed_over(pointer)
    state.withLock { $0.free[number].append(address) }
  }

  private static let pageOfHugeTable = 2 << 20

  /// Large buffers begin with a huge page, which spares the TLB. What a class adds to a request is not touched, so it
  /// hardly takes memory.
  private func systemAllocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let huge = capacity >= Self.pageOfHugeTable
    var pointer: UnsafeMutableRawPointer?
    let code = posix_memalign(&pointer, huge ? Self.pageOfHugeTable : 64, capacity)
    guard code == 0, let pointer else { refused(OutOfMemory(bytes: capacity)) }
    if huge { madvise(pointer, capacity, MADV_HUGEPAGE) }
    return pointer
  }
}

/// A block of memory that tensors are views of. It goes back to its pool (or to `release`) when the
/// last tensor on it is gone.
public final class Storage: @unchecked Sendable {
  public let pointer: UnsafeMutableRawPointer
  /// Bytes behind `pointer`.
  public let capacity: Int
  private let pool: StoragePool?
  private let release: (@Sendable (UnsafeMutableRawPointer) -> Void)?

  fileprivate init(pointer: UnsafeMutableRawPointer, sizeClass: SizeClass, pool: StoragePool) {
    (self.pointer, capacity, self.pool, release) = (pointer, sizeClass.capacity, pool, nil)
  }

  /// Memory that somebody else owns (a mapped file, a shared window); `release` is told when it is no longer used.
  public init(
    unowned pointer: UnsafeMutableRawPointer, capacity: Int,
    release: (@Sendable (UnsafeMutableRawPointer) -> Void)? = nil
  ) {
    (self.pointer, self.capacity, self.pool, self.release) = (pointer, capacity, nil, release)
  }

  deinit {
    if let pool { pool.recycle(pointer, capacity: capacity) }
    release?(pointer)
  }
}
