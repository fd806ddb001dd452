import Autograd
import Collectives
import DataPipeline

/// Exchanges values for layers that look at the whole batch, over all shards of all workers: in the order of the tree, so that
/// what they get is identical on any number of workers.
struct ShardExchange: StatisticsExchange {
  private let communicator: any Communicator
  /// Whether each of the worker's shards has samples; one that has none contributes nothing.
  private let isFilled: [Bool]
  private let timeline: Timeline?

  init(_ communicator: any Communicator, _ batches: [Batch], timeline: Timeline? = nil) {
    (self.communicator, self.timeline) = (communicator, timeline)
    isFilled = batches.map { $0.count > 0 }
  }

  /// Collective.
  func reduce(_ values: [[Double]], _ combine: ([Double], [Double]) -> [Double]) throws -> [Double] {
    var remaining = values.makeIterator()
    let mine = isFilled.map { filled in filled ? remaining.next() ?? [] : [] }
    let before = timeline?.enter(.exposedCommunication)
    defer { if let before { timeline?.enter(before) } }
    return communicator.layout.tree.reduce(try communicator.gatherOverShards(mine)) { left, right in
      left.isEmpty ? right : right.isEmpty ? left : combine(left, right)
    }
  }
}
