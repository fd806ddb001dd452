import Collectives
import Tensors

extension ShardAccumulator {
  /// One with partial sums of its own, `[count]` each.
  public convenience init(layout: ShardLayout, worker: Int, count: Int, pool: StoragePool = StoragePool()) {
    let partials = layout.partials(of: worker).map { _ in Tensor(zeros: [count], pool: pool) }
    self.init(layout: layout, worker: worker, partials: partials, pool: pool)
  }
}
