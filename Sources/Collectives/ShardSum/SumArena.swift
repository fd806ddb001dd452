import Synchronization
import Tensors

/// The memory of a shard sum that the workers of one island share: partial sums, the result, and flags by which they
/// tell each other how far they are. Those flags are what makes the class safe to share. They only grow, so nobody ever resets what another one still reads.
///
///     [ flags of each worker | slot 0 | slot 1 | … | result, where it has memory of its own | shared buffers ]
///
/// Each worker writes the slices of the sum that it holds over the first of its own partial sums: those lines are in its
/// caches and no other's, which is three to ten times as fast as a buffer that all have read. `result` is a second mapping
/// of the slices, one behind the other. Without: a worker alone on its island, memory of a process, too many slices,
/// sums so short that each worker makes its own.
public final class SumArena: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  private let shape: Shape
  /// Keeps `memory` alive.
  private let owner: AnyObject
  /// The result where it is mapped out of the slots.
  private let stretches: SharedMemory.Stretches?

  /// An arena in memory of which stretches can be mapped once more.
  package init(memory: SharedMemory, shape: Shape) throws(SharedMemory.Failure) {
    (self.memory, self.shape, owner) = (memory.start, shape, memory)
    let places = shape.resultStretches
    stretches = places.isEmpty ? nil : try memory.stretches(places)
  }

  /// An arena for workers of one process.
  public init(inProcess shape: Shape) {
    precondition(shape.resultStretches.isEmpty, "memory of a process is mapped once")
    let storage = StoragePool().allocateZeroed(byteCount: shape.byteCount)
    (memory, self.shape, owner, stretches) = (storage.pointer, shape, storage, nil)
  }

  /// How many buckets the worker at `position` has ever made ready.
  func ready(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 0) }

  /// How many sums the worker at `position` has ever finished its part of.
  func finished(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 1) }

  /// How many results the worker at `position` has ever done with.
  func released(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 2) }

  /// How often the worker at `position` has ever said that what it wrote to the shared buffers is to be read.
  func met(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, 3) }

  func slot(_ index: Int) -> UnsafeMutablePointer<Float> { buffer(index) }

  /// Buffers that serve no sum, zero at first.
  var sharedBuffers: [UnsafeMutablePointer<Float>] {
    (shape.slots + shape.commonBuffers - shape.sharedBuffers..<shape.slots + shape.commonBuffers).map(buffer)
  }

  /// Whether each worker is to bring memory for a result of its own.
  var hasNoResult: Bool { shape.place == .everywhere }

  /// The whole sum, to be read.
  var result: UnsafeMutablePointer<Float> {
    stretches.map { $0.start.assumingMemoryBound(to: Float.self) }
      ?? buffer(shape.place == .separate ? shape.slots : 0)
  }

  /// A buffer as long as the result, to whose slices of the sum the worker at `position` writes.
  func target(_ position: Int) -> UnsafeMutablePointer<Float> {
    shape.place == .slots ? slot(shape.firstSlots[position]) : result
  }

  /// Whether others may still read a worker's partial sums when it has the sum: as the result, or to make theirs.
  var slotsAreReadLonger: Bool { shape.place == .slots || shape.place == .everywhere }

  /// A tensor on one of the buffers; it keeps the arena alive.
  func tensor(_ buffer: UnsafeMutablePointer<Float>) -> Tensor {
    let storage = Storage(unowned: buffer, capacity: shape.bufferBytes) { [self] _ in withExtendedLifetime(self) {} }
    return Tensor(storage: storage, shape: [shape.count], dtype: .float32)
  }

  private func buffer(_ index: Int) -> UnsafeMutablePointer<Float> {
    (memory + shape.flagsBytes + index * shape.bufferBytes).assumingMemoryBound(to: Float.self)
  }

  // Zero bytes are an atomic zero, so the memory needs no initialisation that one worker would have to do for all.
  private func flag(_ position: Int, _ number: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (memory + position * Shape.flagsStride + number * Shape.flagStride).assumingMemoryBound(to: Atomic<Int>.self)
  }
}
