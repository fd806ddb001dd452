extension AllReduceMemory {
  /// Sizes that determine the length and layout of an all-reduce's memory.
  public struct Shape: Sendable, Equatable {
    enum ResultLocation: Sendable {
      /// The only partial sum of the only worker.
      case partial
      /// In the slots: each local owner writes its slices over the first of its own partial sums.
      case slots
      /// In its own memory.
      case separate
      /// For short sums: each worker makes all of it in private memory, which saves a barrier and a message.
      case everywhere
    }

    let resultLocation: ResultLocation
    /// Most elements of a result that is made everywhere.
    static let shortLength = 256
    /// Most workers of other node groups that each worker sends to for that.
    private static let fewReceivers = 8
    /// This worker's number in its node group.
    let position: Int
    /// Number of partial sums in the node group, and each worker's first one.
    let slots: Int
    let firstSlots: [Int]
    let ownSlots: Range<Int>
    /// Number of buffers behind the slots that all workers of the node group write to: the result if it is separate, then the
    /// additional shared buffers.
    let commonBuffers: Int
    let sharedBuffers: Int
    /// Ranges of those buffers that this worker writes.
    let ownElements: [Range<Int>]
    /// Number of elements of a buffer.
    let count: Int
    /// Byte ranges of the result's slices in the memory, in the result's order, if it is in the slots.
    private(set) var resultSegments: [Range<Int>] = []

    /// Shape for the node group of `worker`.
    ///
    /// - Parameters:
    ///   - layout: Shards and workers.
    ///   - nodeGroups: Workers that share memory.
    ///   - worker: Number of this worker.
    ///   - buckets: Ranges that are summed as units.
    ///   - isShared: Whether the memory is `SharedMemory`, of which parts can be mapped twice.
    ///   - sharedBuffers: Number of additional buffers that a node group of several workers shares.
    public init(
      layout: ShardLayout, nodeGroups: NodeGroups, worker: Int, buckets: Buckets, isShared: Bool, sharedBuffers: Int = 0
    ) {
      let plan = AllReducePlan(layout: layout, nodeGroups: nodeGroups, worker: worker)
      position = plan.position
      slots = plan.local.slotCount
      firstSlots = plan.slots.map(\.lowerBound)
      ownSlots = plan.slots[plan.position]
      count = buckets.count
      resultLocation = Self.resultLocation(layout, nodeGroups, buckets, hasNeighbours: isShared && firstSlots.count > 1)
      self.sharedBuffers = firstSlots.count > 1 ? sharedBuffers : 0
      ownElements = plan.ownElements(of: buckets)
      commonBuffers = self.sharedBuffers + (resultLocation == .separate ? 1 : 0)
      guard resultLocation == .slots else { return }
      for range in buckets.ranges.reversed() {
        let slices = Slices(of: range, owners: layout.workers)
        for owner in 0..<layout.workers where !slices[owner].isEmpty {
          let localOwner =
            nodeGroups.localOwner(ofSliceOwnedBy: owner, in: plan.nodeGroup)
            - nodeGroups.members[plan.nodeGroup].lowerBound
          resultSegments.append(bytes(of: slices[owner], inSlot: firstSlots[localOwner]))
        }
      }
    }

    private static func resultLocation(
      _ layout: ShardLayout, _ nodeGroups: NodeGroups, _ buckets: Buckets, hasNeighbours: Bool
    ) -> ResultLocation {
      if layout.workers == 1 { return .partial }
      let smallest = nodeGroups.members.map(\.count).min() ?? 1
      let receiversAreFew = nodeGroups.workers - smallest <= fewReceivers * smallest
      if receiversAreFew && buckets.count <= shortLength { return .everywhere }
      return hasNeighbours && buckets.ranges.count * layout.workers <= mostSegments ? .slots : .separate
    }

    /// Most segments of the second mapping. Linux allows a process 65 530 mappings.
    private static let mostSegments = 16_384

    /// In whole pages: no other slice follows the last element in its page.
    private func bytes(of slice: Range<Int>, inSlot slot: Int) -> Range<Int> {
      let end = Self.wholePages(slice.upperBound * MemoryLayout<Float>.size)
      return bytes(slot * bufferBytes + slice.lowerBound * MemoryLayout<Float>.size, slot * bufferBytes + end)
    }

    public var byteCount: Int { flagsBytes + (slots + commonBuffers) * bufferBytes }

    /// Byte ranges that this worker writes, to be allocated near its core. Those of all workers of the node group cover the
    /// memory.
    public var ownBytes: [Range<Int>] {
      let flags = 0..<(position == 0 ? flagsBytes : 0)
      let common = (slots..<slots + commonBuffers).flatMap { buffer in ownElements.map { bytes(of: $0, inSlot: buffer) }
      }
      return ([flags, bytes(ownSlots.lowerBound * bufferBytes, ownSlots.upperBound * bufferBytes)] + common)
        .filter { !$0.isEmpty }
    }

    /// Bytes counted from the first slot.
    private func bytes(_ start: Int, _ end: Int) -> Range<Int> { flagsBytes + start..<flagsBytes + end }

    var flagsBytes: Int { Self.wholePages(firstSlots.count * Self.flagsStride) }
    var bufferBytes: Int { Self.wholePages(count * MemoryLayout<Float>.size) }

    /// Each flag has its own pair of cache lines (processors fetch them in pairs). Each worker has four flags.
    static let flagStride = 128
    static let flagsStride = 4 * flagStride

    private static func wholePages(_ bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes * pageBytes }
  }
}

private var pageBytes: Int { SharedMemory.pageBytes }
