/// Assignment of the shards of a global batch to workers: each worker has one contiguous range.
///
/// Lengths differ by at most one. Worker w begins at ⌈w·S/W⌉, so cuts coincide with those of the tree if they can (if the
/// number of workers is a power of two that divides the shards, for example). A range that is a node of the tree requires one
/// buffer instead of several.
public struct ShardLayout: Sendable, Equatable {
  public let workers: Int
  public let tree: ReductionTree

  public init(shards: Int, workers: Int) {
    precondition(
      workers >= 1 && workers <= shards,
      "\(workers) workers for \(shards) shards: every worker requires at least one shard")
    self.workers = workers
    tree = ReductionTree(shards: shards)
  }

  public var shards: Int { tree.shards }

  /// The shards of `worker`.
  public func shards(of worker: Int) -> Range<Int> { start(of: worker)..<start(of: worker + 1) }

  private func start(of worker: Int) -> Int { (worker * shards + workers - 1) / workers }

  /// The worker that has `shard`.
  public func worker(of shard: Int) -> Int {
    precondition(shard >= 0 && shard < shards, "shard \(shard) of \(shards)")
    return shard * workers / shards
  }

  /// Nodes of the tree for which `worker` contributes a partial sum: the maximal subtrees inside its shards, in shard order.
  public func partials(of worker: Int) -> [Range<Int>] { tree.maximalSubtrees(in: shards(of: worker)) }

  /// Excess of the largest number of shards of a worker over the mean, as a fraction of the mean: 0 if shards divide evenly,
  /// 0.5 for 4 shards on 3 workers (2, 1 and 1, with a mean of 4/3).
  public var imbalance: Double {
    let longest = (shards + workers - 1) / workers
    return Double(longest * workers) / Double(shards) - 1
  }
}
