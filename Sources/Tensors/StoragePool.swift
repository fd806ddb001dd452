import Glibc
import Synchronization

/// Hands freed buffers out again, so that a training step takes no memory from the system once the
/// shapes of its tensors have all been seen.
///
/// Buffers are kept by their exact rounded size: a step asks for the same sizes over and over. Any
/// thread may allocate and free (batches are prepared on one thread and used on another).
public final class StoragePool: Sendable {
  /// What a pool has done so far; `misses` stands still in the steady state.
  public struct Statistics: Sendable, Equatable {
    /// Requests served from the pool.
    public var hits = 0
    /// Requests that took new memory from the system.
    public var misses = 0
    /// Bytes taken from the system, in use or waiting.
    public var bytes = 0
  }

  private struct State: ~Copyable {
    // Dictionary order is never looked at, only the list under one size.
    // Addresses, because raw pointers may not cross the lock under strict concurrency.
    var free: [Int: [UInt]] = [:]
    var statistics = Statistics()
  }

  private let state = Mutex(State())

  public init() {}

  deinit {
    state.withLock { state in
      for list in state.free.values {
        for address in list { Glibc.free(UnsafeMutableRawPointer(bitPattern: address)) }
      }
    }
  }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// A buffer of at least `byteCount` bytes, 64-byte aligned; its contents are whatever was there.
  public func allocate(byteCount: Int) -> Storage {
    let capacity = Self.capacity(for: byteCount)
    let reused = state.withLock { state -> UInt? in
      if let address = state.free[capacity]?.popLast() {
        state.statistics.hits += 1
        return address
      }
      state.statistics.misses += 1
      state.statistics.bytes += capacity
      return nil
    }
    let pointer = reused.flatMap { UnsafeMutableRawPointer(bitPattern: $0) } ?? Self.systemAllocate(capacity)
    return Storage(pointer: pointer, capacity: capacity, pool: self)
  }

  /// A zeroed buffer.
  public func allocateZeroed(byteCount: Int) -> Storage {
    let storage = allocate(byteCount: byteCount)
    memset(storage.pointer, 0, byteCount)
    return storage
  }

  fileprivate func recycle(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { $0.free[capacity, default: []].append(address) }
  }

  private static let pageOfHugeTable = 2 << 20

  /// Whole cache lines; large buffers whole huge pages, which spares the TLB.
  private static func capacity(for byteCount: Int) -> Int {
    precondition(byteCount >= 0, "a buffer of \(byteCount) bytes")
    let unit = byteCount >= 8 * pageOfHugeTable ? pageOfHugeTable : 64
    return max(unit, (byteCount + unit - 1) / unit * unit)
  }

  private static func systemAllocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let huge = capacity >= pageOfHugeTable
    var pointer: UnsafeMutableRawPointer?
    let code = posix_memalign(&pointer, huge ? pageOfHugeTable : 64, capacity)
    guard code == 0, let pointer else {
      // Out of memory has no recovery here; say what was asked for instead of a bare trap.
      preconditionFailure("out of memory: the system refused \(capacity) bytes")
    }
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

  fileprivate init(pointer: UnsafeMutableRawPointer, capacity: Int, pool: StoragePool) {
    (self.pointer, self.capacity, self.pool, self.release) = (pointer, capacity, pool, nil)
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
