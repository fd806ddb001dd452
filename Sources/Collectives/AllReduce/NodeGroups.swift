/// The node groups: workers of one group share memory, different groups exchange messages.
///
/// Threads of a process are one group. Ranks of a node are one group if they can share memory, else each rank is its own.
public struct NodeGroups: Sendable, Equatable {
  /// The workers of each group: contiguous, in worker order.
  public let members: [Range<Int>]

  /// - Parameter sizes: Number of workers of each group, in worker order.
  public init(sizes: [Int]) {
    precondition(!sizes.isEmpty && sizes.allSatisfy { $0 >= 1 }, "node groups of \(sizes) workers")
    var start = 0
    members = sizes.map { size in
      defer { start += size }
      return start..<start + size
    }
  }

  public var count: Int { members.count }
  /// Number of workers of all groups.
  public var workers: Int { members[count - 1].upperBound }

  public func group(of worker: Int) -> Int {
    guard let nodeGroup = members.firstIndex(where: { $0.contains(worker) }) else {
      preconditionFailure("worker \(worker) of \(workers)")
    }
    return nodeGroup
  }

  /// The local owner in `nodeGroup` of the slice that belongs to `owner`: the owner itself in its own group, else one of the
  /// group's workers. Each of them is the local owner of about equally many slices.
  public func localOwner(ofSliceOwnedBy owner: Int, in nodeGroup: Int) -> Int {
    let own = members[nodeGroup]
    if own.contains(owner) { return owner }
    // Number of the owner among the workers of other groups.
    let index = owner < own.lowerBound ? owner : owner - own.count
    return own.lowerBound + index % own.count
  }
}
