/// Gathers tokens and hands them over in pieces, so that a text of any size is encoded in little memory.
struct TokenWriter {
  private static let pieceLength = 1 << 14
  private var piece: [Int32] = []

  init() { piece.reserveCapacity(Self.pieceLength) }

  @inline(__always)
  mutating func append(
    _ token: Int32, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    piece.append(token)
    if piece.count >= Self.pieceLength { try flush(handOver) }
  }

  mutating func flush(
    _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    if !piece.isEmpty { try piece.withUnsafeBufferPointer(handOver) }
    piece.removeAll(keepingCapacity: true)
  }
}
