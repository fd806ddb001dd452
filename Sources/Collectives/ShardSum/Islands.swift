/// Which workers share memory: neighbouring workers of one island see each other's buffers, islands exchange messages.
///
/// Threads of a process are one island; ranks of a node are one where shared memory is to be had, else each rank is its own.
public struct Islands: Sendable, Equatable {
  /// The workers of each island: contiguous, in worker order.
  public let members: [Range<Int>]

  /// - Parameter sizes: Workers of each island, in worker order.
  public init(sizes: [Int]) {
    precondition(!sizes.isEmpty && sizes.allSatisfy { $0 >= 1 }, "islands of \(sizes) workers")
    var start = 0
    members = sizes.map { size in
      defer { start += size }
      return start..<start + size
    }
  }

  public var count: Int { members.count }
  /// Number of workers on all islands.
  public var workers: Int { members[count - 1].upperBound }

  public func island(of worker: Int) -> Int {
    guard let island = members.firstIndex(where: { $0.contains(worker) }) else {
      preconditionFailure("worker \(worker) of \(workers)")
    }
    return island
  }

  /// Worker on `island` that handles a slice of which `owner` makes the final sum: the owner itself if it is there, else one of
  /// the island's workers, each about equally many slices.
  public func holder(ofSliceOwnedBy owner: Int, on island: Int) -> Int {
    let own = members[island]
    if own.contains(owner) { return owner }
    // Number of the owner among the workers elsewhere.
    let index = owner < own.lowerBound ? owner : owner - own.count
    return own.lowerBound + index % own.count
  }
}
