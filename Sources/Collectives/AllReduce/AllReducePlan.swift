/// The plan of an all-reduce over node groups: first the group's partial sums are added as far as the tree joins them there,
/// then those of all groups up to the root. Equal on all workers except for the worker's own parts.
struct AllReducePlan: Sendable {
  let layout: ShardLayout
  let nodeGroups: NodeGroups
  let worker: Int
  let nodeGroup: Int
  /// From the partial sums of the group's workers to those of the group; slots as in `slots`.
  let local: ReductionProgram
  /// From the partial sums of all groups to the root; slots as in `groupSlots`.
  let global: ReductionProgram
  /// Slots of the local program that belong to each worker, by its position in the group.
  let slots: [Range<Int>]
  /// Slots of the global program that belong to each group.
  let groupSlots: [Range<Int>]

  init(layout: ShardLayout, nodeGroups: NodeGroups, worker: Int) {
    precondition(
      layout.workers == nodeGroups.workers, "\(layout.workers) workers in node groups of \(nodeGroups.workers)")
    (self.layout, self.nodeGroups, self.worker) = (layout, nodeGroups, worker)
    nodeGroup = nodeGroups.group(of: worker)
    let own = nodeGroups.members[nodeGroup].map { layout.partials(of: $0) }
    slots = Self.ranges(of: own)
    let joined = nodeGroups.members.map { members in
      layout.tree.maximalSubtrees(
        in: layout.shards(of: members.lowerBound).lowerBound..<layout.shards(of: members.upperBound - 1).upperBound)
    }
    groupSlots = Self.ranges(of: joined)
    local = ReductionProgram(nodes: own.flatMap { $0 }, roots: joined[nodeGroup])
    global = ReductionProgram(nodes: joined.flatMap { $0 }, roots: [layout.tree.root])
  }

  /// This worker's position in its node group.
  var position: Int { worker - nodeGroups.members[nodeGroup].lowerBound }

  /// The slices of which this worker is the local owner, by owner.
  var locallyOwnedSlices: [Int] {
    (0..<layout.workers).filter { nodeGroups.localOwner(ofSliceOwnedBy: $0, in: nodeGroup) == worker }
  }

  /// The elements of which this worker is the local owner, ascending.
  func ownElements(of buckets: Buckets) -> [Range<Int>] {
    var elements: [Range<Int>] = []
    for range in buckets.ranges.reversed() {
      let slices = Slices(of: range, owners: layout.workers)
      for slice in locallyOwnedSlices.map({ slices[$0] }) where !slice.isEmpty {
        if let last = elements.last, last.upperBound == slice.lowerBound {
          elements[elements.count - 1] = last.lowerBound..<slice.upperBound
        } else {
          elements.append(slice)
        }
      }
    }
    return elements
  }

  /// The local owners, in all other groups, of the slice that belongs to `owner`.
  func localOwners(ofSliceOwnedBy owner: Int) -> [(nodeGroup: Int, worker: Int)] {
    (0..<nodeGroups.count).filter { $0 != nodeGroups.group(of: owner) }
      .map { ($0, nodeGroups.localOwner(ofSliceOwnedBy: owner, in: $0)) }
  }

  private static func ranges(of lists: [[Range<Int>]]) -> [Range<Int>] {
    var start = 0
    return lists.map { list in
      defer { start += list.count }
      return start..<start + list.count
    }
  }
}
