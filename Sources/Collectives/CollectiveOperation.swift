/// Description of a collective call, which must be the same on all workers. Without this check, workers that call different
/// operations, or the same ones in another order, would get wrong numbers in silence.
package enum CollectiveOperation: Equatable, Sendable, CustomStringConvertible {
  case barrier
  case broadcast(byteCount: Int, root: Int)
  case allGather
  case allReduce(count: Int, digest: UInt64)

  package var description: String {
    switch self {
    case .barrier: "barrier"
    case .broadcast(let byteCount, let root): "broadcast of \(byteCount) bytes from worker \(root)"
    case .allGather: "allGather"
    case .allReduce(let count, let digest): "allReduce of \(count) elements (buckets \(String(digest, radix: 16)))"
    }
  }

  /// Throws, on every worker alike, unless all of `operations` (by worker) are equal.
  package static func checkAgreement(
    _ operations: some RandomAccessCollection<CollectiveOperation>
  ) throws(CollectiveError) {
    guard let first = operations.first else { return }
    for operation in operations where operation != first {
      throw .mismatch(operations: operations.map(\.description))
    }
  }
}
