extension Communicator {
  /// Every shard's row of numbers, in shard order, on every worker; `rows` are those of this worker's shards.
  /// Rows may differ in length. For small things: losses, counts, decisions.
  public func gatherOverShards(_ rows: [[Double]]) throws -> [[Double]] {
    precondition(
      rows.count == shards.count, "\(rows.count) rows from worker \(worker), which has shards \(shards)")
    var bytes: [UInt8] = []
    for row in rows {
      append(UInt64(row.count), to: &bytes)
      for value in row { append(value.bitPattern, to: &bytes) }
    }
    var gathered: [[Double]] = []
    gathered.reserveCapacity(layout.shards)
    for (sender, message) in try allGather(bytes).enumerated() {
      var words = WordReader(message)
      for _ in layout.run(of: sender) {
        let count = Int(words.next())
        gathered.append((0..<count).map { _ in Double(bitPattern: words.next()) })
      }
    }
    return gathered
  }

  /// Sums one row of numbers a shard, element by element in the order of the tree over the shards, so that what
  /// is decided on them does not depend on the spread. All rows have one length; the sum is on every worker.
  public func sumOverShards(_ rows: [[Double]]) throws -> [Double] {
    layout.tree.reduce(try gatherOverShards(rows)) { left, right in
      precondition(left.count == right.count, "rows of \(left.count) and \(right.count) numbers summed over shards")
      return zip(left, right).map { $0 + $1 }
    }
  }

  /// Whether `flag` is set on any worker: how workers agree to stop at the same step.
  public func any(_ flag: Bool) throws -> Bool {
    try allGather([flag ? 1 : 0]).contains([1])
  }
}

private func append(_ word: UInt64, to bytes: inout [UInt8]) {
  withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
}

/// Reads a message back, eight bytes at a time.
private struct WordReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> UInt64 {
    defer { position += 8 }
    return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
  }
}
