/// How the shards of a global batch are spread over the workers: each worker has one contiguous run.
///
/// Run lengths differ by at most one. Worker w begins at ⌈w·S/W⌉: cuts spread that evenly fall on the
/// tree's own cuts where they can (a power of two of workers that divides the shards, for one), and a run
/// that is a node of the tree needs one buffer instead of several.
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
  public func run(of worker: Int) -> Range<Int> { start(of: worker)..<start(of: worker + 1) }

  private func start(of worker: Int) -> Int { (worker * shards + workers - 1) / workers }

  /// The worker that has `shard`.
  public func worker(of shard: Int) -> Int {
    precondition(shard >= 0 && shard < shards, "shard \(shard) of \(shards)")
    return shard * workers / shards
  }

  /// The nodes of the tree for which `worker` hands over a partial sum each: the maximal subtrees inside
  /// its run, in shard order.
  public func partials(of worker: Int) -> [Range<Int>] { tree.maximalSubtrees(in: run(of: worker)) }

  /// How much longer the longest run is than the mean, as a fraction of the mean: 0 when the shards divide
  /// evenly, 0.5 for 4 shards on 3 workers (runs of 2, 1 and 1 against a mean of 4/3).
  public var imbalance: Double {
    let longest = (shards + workers - 1) / workers
    return Double(longest * workers) / Double(shards) - 1
  }
}
