import Synchronization
import Tensors

/// The memory of a shard sum that the workers of one island share: partial sums, the result, and flags by which they
/// tell each other how far they are. Those flags are what makes the class safe to share. They only grow, so nobody ever resets what another one still reads.
///
///     [ flags of each worker | slot 0 | slot 1 | … | result ]
public final class SumArena: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  private let shape: Shape
  /// Keeps `memory` alive.
  private let owner: AnyObject

  /// What decides the size of an arena.
  public struct Shape: Sendable, Equatable {
    /// Workers of the island, and this one's place among them.
    let workers: Int
    let position: Int
    /// Their partial sums.
    let slots: Int
    let ownSlots: Range<Int>
    /// Elements of a buffer.
    let count: Int
    /// False for a single worker, whose one partial sum is the result.
    let hasResult: Bool

    /// Of the island that `worker` is on.
    public init(layout: ShardLayout, islands: Islands, worker: Int, count: Int) {
      let plan = SumPlan(layout: layout, islands: islands, worker: worker)
      workers = plan.slots.count
      position = plan.position
      slots = plan.local.slotCount
      ownSlots = plan.slots[plan.position]
      self.count = count
      hasResult = layout.workers > 1
    }

    public var byteCount: Int { flagsBytes + (slots + (hasResult ? 1 : 0)) * bufferBytes }

    /// What this worker writes: best taken from the memory near its core. The parts of an island's workers are the whole
    /// arena.
    public var ownBytes: [Range<Int>] {
      let flags = 0..<(position == 0 ? flagsBytes : 0)
      let sum = hasResult ? pages(of: position)..<pages(of: position + 1) : 0..<0
      return [
        flags, bytes(ownSlots.lowerBound * bufferBytes, ownSlots.upperBound * bufferBytes),
        bytes(slots * bufferBytes + sum.lowerBound * pageBytes, slots * bufferBytes + sum.upperBound * pageBytes),
      ].filter { !$0.isEmpty }
    }

    /// First page of the result that the worker at `position` sums, about.
    private func pages(of position: Int) -> Int { bufferBytes / pageBytes * position / workers }

    /// From the first slot on.
    private func bytes(_ start: Int, _ end: Int) -> Range<Int> { flagsBytes + start..<flagsBytes + end }

    fileprivate var flagsBytes: Int { Self.wholePages(workers * flagsStride) }
    fileprivate var bufferBytes: Int { Self.wholePages(count * MemoryLayout<Float>.size) }

    private static func wholePages(_ bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes * pageBytes }
  }

  /// - Parameters:
  ///   - memory: As many bytes as the shape says, zero; the same memory for every worker of the island.
  ///   - owner: Kept as long as the arena.
  public init(memory: UnsafeMutableRawPointer, shape: Shape, owner: AnyObject) {
    (self.memory, self.shape, self.owner) = (memory, shape, owner)
  }

  /// An arena for workers of one process.
  public convenience init(inProcess shape: Shape) {
    let storage = StoragePool().allocateZeroed(byteCount: shape.byteCount)
    self.init(memory: storage.pointer, shape: shape, owner: storage)
  }

  /// How many buckets the worker at `position` has ever made ready.
  func ready(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, offset: 0) }

  /// How many sums the worker at `position` has ever finished its part of.
  func finished(_ position: Int) -> UnsafeMutablePointer<Atomic<Int>> { flag(position, offset: flagsStride / 2) }

  func slot(_ index: Int) -> UnsafeMutablePointer<Float> { buffer(index) }

  var result: UnsafeMutablePointer<Float> { buffer(shape.hasResult ? shape.slots : 0) }

  /// A tensor on one of the buffers; it keeps the arena alive.
  func tensor(_ buffer: UnsafeMutablePointer<Float>) -> Tensor {
    let storage = Storage(unowned: buffer, capacity: shape.bufferBytes) { [self] _ in withExtendedLifetime(self) {} }
    return Tensor(storage: storage, shape: [shape.count], dtype: .float32)
  }

  private func buffer(_ index: Int) -> UnsafeMutablePointer<Float> {
    (memory + shape.flagsBytes + index * shape.bufferBytes).assumingMemoryBound(to: Float.self)
  }

  // Zero bytes are an atomic zero, so the memory needs no initialisation that one worker would have to do for all.
  private func flag(_ position: Int, offset: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (memory + position * flagsStride + offset).assumingMemoryBound(to: Atomic<Int>.self)
  }
}

/// Each worker's flags have two pairs of cache lines of their own (processors fetch them in pairs).
private let flagsStride = 256
private let pageBytes = 4096
