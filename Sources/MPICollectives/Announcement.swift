import Collectives

/// Description of a collective operation, sent to all ranks before the operation itself.
struct Announcement: BitwiseCopyable {
  private let kind: Int64
  private let count: Int64
  /// Root of a broadcast; for an all-reduce, the digest of its buckets.
  private let root: Int64
  /// Bytes that this rank contributes to an all-gather; may differ between ranks.
  private let payloadBytes: Int64

  init(_ operation: CollectiveOperation, payload: Int) {
    (kind, count, root) =
      switch operation {
      case .barrier: (0, 0, 0)
      case .broadcast(let byteCount, let root): (1, Int64(byteCount), Int64(root))
      case .allGather: (2, 0, 0)
      case .allReduce(let count, let digest): (3, Int64(count), Int64(bitPattern: digest))
      }
    payloadBytes = Int64(payload)
  }

  var payload: Int { Int(payloadBytes) }

  var operation: CollectiveOperation {
    switch kind {
    case 0: .barrier
    case 1: .broadcast(byteCount: Int(count), root: Int(root))
    case 2: .allGather
    default: .allReduce(count: Int(count), digest: UInt64(bitPattern: root))
    }
  }

  func agrees(with other: Announcement) -> Bool {
    kind == other.kind && count == other.count && root == other.root
  }
}
