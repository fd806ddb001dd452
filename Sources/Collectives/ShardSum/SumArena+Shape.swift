extension SumArena {
  /// Sizes that decide an arena's length and layout.
  public struct Shape: Sendable, Equatable {
    /// Where the result is.
    enum Place: Sendable {
      /// It is the one partial sum of the only worker.
      case partial
      /// The slices that each worker holds for the island are in the first of its slots.
      case slots
      /// In memory of its own.
      case separate
      /// Short: each worker makes all of it in memory that it shares with nobody, which spares them to wait for each other
      /// and to send it.
      case everywhere
    }

    let place: Place
    /// Elements up to which a result is made everywhere.
    static let shortLength = 256
    /// Up to how many workers of other islands each worker may have to send to for that.
    private static let fewReceivers = 8
    /// The place of this worker among those of the island.
    let position: Int
    /// Their partial sums, and the first of each worker.
    let slots: Int
    let firstSlots: [Int]
    let ownSlots: Range<Int>
    /// Buffers behind the slots that all of the island's workers write to: the result where it is separate, then those that
    /// they share for other ends.
    let commonBuffers: Int
    let sharedBuffers: Int
    /// Range of them that this worker writes.
    let ownElements: [Range<Int>]
    /// Elements of a buffer.
    let count: Int
    /// Where the slices of the result are, as bytes of the arena in the result's order, if in the slots.
    private(set) var resultStretches: [Range<Int>] = []

    /// Of the island that `worker` is on.
    ///
    /// - Parameters:
    ///   - isShared: Whether the arena is in `SharedMemory`, of which parts can be mapped twice.
    ///   - sharedBuffers: How many buffers more the workers of an island share, if there are several.
    public init(
      layout: ShardLayout, islands: Islands, worker: Int, buckets: Buckets, isShared: Bool, sharedBuffers: Int = 0
    ) {
      let plan = SumPlan(layout: layout, islands: islands, worker: worker)
      position = plan.position
      slots = plan.local.slotCount
      firstSlots = plan.slots.map(\.lowerBound)
      ownSlots = plan.slots[plan.position]
      count = buckets.count
      place = Self.place(layout, islands, buckets, hasNeighbours: isShared && firstSlots.count > 1)
      self.sharedBuffers = firstSlots.count > 1 ? sharedBuffers : 0
      ownElements = plan.ownElements(of: buckets)
      commonBuffers = self.sharedBuffers + (place == .separate ? 1 : 0)
      guard place == .slots else { return }
      for range in buckets.ranges.reversed() {
        let slices = Slices(of: range, owners: layout.workers)
        for owner in 0..<layout.workers where !slices[owner].isEmpty {
          let holder = islands.holder(ofSliceOwnedBy: owner, on: plan.island) - islands.members[plan.island].lowerBound
          resultStretches.append(bytes(of: slices[owner], inSlot: firstSlots[holder]))
        }
      }
    }

    private static func place(
      _ layout: ShardLayout, _ islands: Islands, _ buckets: Buckets, hasNeighbours: Bool
    ) -> Place {
      if layout.workers == 1 { return .partial }
      let smallest = islands.members.map(\.count).min() ?? 1
      let receiversAreFew = islands.workers - smallest <= fewReceivers * smallest
      if receiversAreFew && buckets.count <= shortLength { return .everywhere }
      return hasNeighbours && buckets.ranges.count * layout.workers <= mostStretches ? .slots : .separate
    }

    /// Linux lets a process have 65 530 mappings.
    private static let mostStretches = 16_384

    /// Whole pages: what follows the last element belongs to no other slice.
    private func bytes(of slice: Range<Int>, inSlot slot: Int) -> Range<Int> {
      let end = Self.wholePages(slice.upperBound * MemoryLayout<Float>.size)
      return bytes(slot * bufferBytes + slice.lowerBound * MemoryLayout<Float>.size, slot * bufferBytes + end)
    }

    public var byteCount: Int { flagsBytes + (slots + commonBuffers) * bufferBytes }

    /// Range that this worker writes: best taken from the memory near its core. The parts of an island's workers are the whole
    /// arena.
    public var ownBytes: [Range<Int>] {
      let flags = 0..<(position == 0 ? flagsBytes : 0)
      let common = (slots..<slots + commonBuffers).flatMap { buffer in ownElements.map { bytes(of: $0, inSlot: buffer) }
      }
      return ([flags, bytes(ownSlots.lowerBound * bufferBytes, ownSlots.upperBound * bufferBytes)] + common)
        .filter { !$0.isEmpty }
    }

    /// From the first slot on.
    private func bytes(_ start: Int, _ end: Int) -> Range<Int> { flagsBytes + start..<flagsBytes + end }

    var flagsBytes: Int { Self.wholePages(firstSlots.count * Self.flagsStride) }
    var bufferBytes: Int { Self.wholePages(count * MemoryLayout<Float>.size) }

    /// A flag has a pair of cache lines of its own (processors fetch them in pairs); each worker has four flags.
    static let flagStride = 128
    static let flagsStride = 4 * flagStride

    private static func wholePages(_ bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes * pageBytes }
  }
}

private var pageBytes: Int { SharedMemory.pageBytes }
