import CKernels
import Glibc
import Synchronization

/// Reuses freed buffers, so that a training step takes no memory from the system once similar steps have run.
///
/// Buffers have sizes of a few classes (`SizeClass`). If no buffer of its own class is free, a request takes one of up to about
/// twice its size: so memory stays bounded even if every step requests different sizes. Any thread may allocate and free (batches
/// are prepared on one thread and used on another).
public final class StoragePool: Sendable {
  /// Counts of a pool's work so far; in the steady state `misses` does not change.
  public struct Statistics: Sendable, Equatable {
    /// Number of requests served from the pool.
    public var hits = 0
    /// Number of requests that took new memory from the system.
    public var misses = 0
    /// Bytes taken from the system, in use or free.
    public var bytes = 0
  }

  private struct State: ~Copyable {
    // Free buffers by the number of their class. As addresses, since raw pointers may not cross the lock under strict concurrency.
    var free = [[UInt]](repeating: [], count: SizeClass.count)
    var statistics = Statistics()
  }

  private let state = Mutex(State())
  private let refused: @Sendable (OutOfMemory) -> Never

  /// - Parameter refused: Reports that the system has no more memory, and ends the process.
  public init(refused: @escaping @Sendable (OutOfMemory) -> Never = OutOfMemory.end) { self.refused = refused }

  deinit {
    state.withLock { state in
      for list in state.free {
        for address in list { Glibc.free(UnsafeMutableRawPointer(bitPattern: address)) }
      }
    }
  }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// A buffer of at least `byteCount` bytes, 64-byte aligned, with undefined contents.
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

  /// Takes memory from the system. Large buffers begin with a huge page, to save TLB entries. The bytes that a class adds to a
  /// request are not touched, so they hardly take memory.
  private func systemAllocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let huge = capacity >= Self.pageOfHugeTable
    var pointer: UnsafeMutableRawPointer?
    let code = posix_memalign(&pointer, huge ? Self.pageOfHugeTable : 64, capacity)
    guard code == 0, let pointer else { refused(OutOfMemory(bytes: capacity)) }
    if huge { madvise(pointer, capacity, MADV_HUGEPAGE) }
    return pointer
  }
}

/// A block of memory that tensors are views of. It returns to its pool (or to `release`) with its last tensor.
public final class Storage: @unchecked Sendable {
  public let pointer: UnsafeMutableRawPointer
  /// Number of bytes at `pointer`.
  public let capacity: Int
  private let pool: StoragePool?
  private let release: (@Sendable (UnsafeMutableRawPointer) -> Void)?

  fileprivate init(pointer: UnsafeMutableRawPointer, sizeClass: SizeClass, pool: StoragePool) {
    (self.pointer, capacity, self.pool, release) = (pointer, sizeClass.capacity, pool, nil)
  }

  /// Memory with another owner (a mapped file, shared memory); `release` is called when it is no longer used.
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
