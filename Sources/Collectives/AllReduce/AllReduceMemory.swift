import Synchronization
import Tensors

/// The memory of an all-reduce that the workers of one node group share: partial sums, the result, and flags with each worker's
/// progress. The flags make the class safe to share. They only grow, so nobody resets a flag that another worker still reads.
///
///     [ flags of each worker | slot 0 | slot 1 | … | result, where it has memory of its own | shared buffers ]
///
/// Each worker writes its slices of the sum over the first of its own partial sums: those lines are in its own caches only, so
/// writing them is three to ten times as fast as writing to a buffer that all have read. `result` is a second mapping of the
/// slices, one behind the other. There is no second mapping for a worker alone in its node group, for memory of one process, for
/// too many slices, and for sums so short that each worker makes its own.
public final class AllReduceMemory: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  private let shape: Shape
  /// Keeps `memory` alive.
  private let owner: AnyObject
  /// The second mapping, if the result is in the slots.
  private let segments: SharedMemory.SegmentMapping?

  /// Shared memory, parts of which can be mapped a second time.
  package init(memory: SharedMemory, shape: Shape) throws(SharedMemory.Failure) {
    (self.memory, self.shape, owner) = (memory.start, shape, memory)
    let ranges = shape.resultSegments
    segments = ranges.isEmpty ? nil : try memory.mapSegments(ranges)
  }

  /// Memory of one process, for its workers.
  public init(inProcess shape: Shape) {
    precondition(shape.resultSegments.isEmpty, "memory of a process is mapped once")
    let storage = StoragePool().allocateZeroed(byteCount: shape.byteCount)
    (memory, self.shape, owner, segments) = (storage.pointer, shape, storage, nil)
  }

  /// Number of buckets that the worker at `position` has submitted since the start.
  func ready(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 0) }

  /// Number of all-reduces of which the worker at `position` has completed its part.
  func finished(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 1) }

  /// Number of results that the worker at `position` has released.
  func released(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 2) }

  /// Number of barriers for the shared buffers that the worker at `position` has reached.
  func arrived(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 3) }

  func slot(_ index: Int) -> UnsafeMutablePointer<Float> { buffer(index) }

  /// The additional shared buffers, zero at first.
  var sharedBuffers: [UnsafeMutablePointer<Float>] {
    (shape.slots + shape.commonBuffers - shape.sharedBuffers..<shape.slots + shape.commonBuffers).map(buffer)
  }

  /// Whether each worker must provide memory for its own result.
  var hasNoResult: Bool { shape.resultLocation == .everywhere }

  /// The whole sum, read-only.
  var result: UnsafeMutablePointer<Float> {
    segments.map { $0.start.assumingMemoryBound(to: Float.self) }
      ?? buffer(shape.resultLocation == .separate ? shape.slots : 0)
  }

  /// The buffer, as long as the result, in which the worker at `position` writes its slices of the sum.
  func target(_ position: Int) -> UnsafeMutablePointer<Float> {
    shape.resultLocation == .slots ? slot(shape.firstSlots[position]) : result
  }

  /// Whether others may still read a worker's partial sums after it has the sum: as part of the result, or to make their own.
  var slotsAreReadLonger: Bool { shape.resultLocation == .slots || shape.resultLocation == .everywhere }

  /// A tensor over one of the buffers; it keeps the memory alive.
  func tensor(_ buffer: UnsafeMutablePointer<Float>) -> Tensor {
    let storage = Storage(unowned: buffer, capacity: shape.bufferBytes) { [self] _ in withExtendedLifetime(self) {} }
    return Tensor(storage: storage, shape: [shape.count], dtype: .float32)
  }

  private func buffer(_ index: Int) -> UnsafeMutablePointer<Float> {
    (memory + shape.flagsBytes + index * shape.bufferBytes).assumingMemoryBound(to: Float.self)
  }

  // Zero bytes are an atomic zero, so no worker has to initialise the memory for all.
  private func flag(_ position: Int, _ number: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (memory + position * Shape.flagsStride + number * Shape.flagStride).assumingMemoryBound(to: Atomic<Int>.self)
  }
}
