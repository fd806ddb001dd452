import Tensors

/// A worker's part of the tree: computes its shards one after the other and sums them, in the order of the tree, into one
/// buffer for each maximal subtree.
///
/// It goes depth first, left before right. The left child is computed into the node's own buffer, the right child into a
/// scratch buffer, which is then added. So a subtree of n shards requires ⌊log₂ n⌋ scratch buffers. All memory is allocated
/// once, at the start.
public final class ShardAccumulator {
  /// The worker's partial sums, `[count]` each, in shard order.
  public let partials: [Tensor]
  private let subtrees: [Range<Int>]
  private let scratch: [Tensor]

  /// - Parameters:
  ///   - layout: Shards and workers.
  ///   - worker: Number of this worker.
  ///   - partials: One `[count]` tensor for each of the worker's maximal subtrees (`ShardLayout.partials(of:)`), such as
  ///     the buffers of an `AllReduce`.
  ///   - pool: Memory for further buffers.
  public init(layout: ShardLayout, worker: Int, partials: [Tensor], pool: StoragePool) {
    subtrees = layout.partials(of: worker)
    precondition(
      partials.count == subtrees.count && partials.allSatisfy { $0.dtype == .float32 && $0.count == partials[0].count },
      "\(partials.count) partial sums for the \(subtrees.count) subtrees of worker \(worker)")
    self.partials = partials
    let count = partials[0].count
    scratch = (0..<(subtrees.map(Self.scratchBuffers).max() ?? 0)).map { _ in Tensor(zeros: [count], pool: pool) }
  }

  /// Number of scratch buffers for summing `node`.
  package static func scratchBuffers(for node: Range<Int>) -> Int {
    if node.count == 1 { return 0 }
    let (left, right) = ReductionTree.children(of: node)
    return max(scratchBuffers(for: left), 1 + scratchBuffers(for: right))
  }

  /// Computes every shard of the worker, in shard order; `partials` then hold their sums.
  ///
  /// - Parameter compute: Computes one shard: writes all elements of its buffer, zeros for a shard without samples. The buffer's
  ///   old values are undefined.
  public func accumulate(compute: (_ shard: Int, _ buffer: Tensor) throws -> Void) rethrows {
    try accumulate(isFinal: { _ in }, compute: { shard, buffer, _ in try compute(shard, buffer) })
  }

  /// The same for shards whose buffers are computed from the end to the front.
  ///
  /// - Parameters:
  ///   - isFinal: Receives the first final element of the worker's partial sums, each time it changes.
  ///   - compute: Computes one shard; may report, as often as it likes, the first final element of its buffer.
  public func accumulate(
    isFinal: @escaping (_ start: Int) -> Void,
    compute: (_ shard: Int, _ buffer: Tensor, _ isFinal: (_ start: Int) -> Void) throws -> Void
  ) rethrows {
    for (subtree, buffer) in zip(subtrees, partials) {
      let isLast = subtree == subtrees[subtrees.count - 1]
      var pending = PendingAdditions(end: buffer.count)
      try sum(subtree, into: buffer, depth: 0, isLast: isLast, pending: &pending, isFinal: isFinal, compute: compute)
    }
  }

  private typealias Compute = (Int, Tensor, (Int) -> Void) throws -> Void

  /// - Parameters:
  ///   - isLast: Whether the node ends with the worker's last shard. Additions on the way from that shard to the subtree's root
  ///     are done as its buffer becomes final, not at the end.
  private func sum(
    _ node: Range<Int>, into buffer: Tensor, depth: Int, isLast: Bool, pending: inout PendingAdditions,
    isFinal: @escaping (Int) -> Void, compute: Compute
  ) rethrows {
    if node.count == 1 {
      guard isLast else { return try compute(node.lowerBound, buffer) { _ in } }
      try compute(node.lowerBound, buffer) { isFinal(pending.advance(to: $0)) }
      isFinal(pending.advance(to: 0))
      return
    }
    let (left, right) = ReductionTree.children(of: node)
    try sum(left, into: buffer, depth: depth, isLast: false, pending: &pending, isFinal: isFinal, compute: compute)
    if isLast { pending.additions.append((buffer, scratch[depth])) }
    try sum(
      right, into: scratch[depth], depth: depth + 1, isLast: isLast, pending: &pending, isFinal: isFinal,
      compute: compute)
    if !isLast { PendingAdditions.add(scratch[depth], to: buffer, 0..<buffer.count) }
  }
}
