extension Communicator {
  /// Gathers one row of numbers from every shard, in shard order, on every worker. Rows may differ in length. For small
  /// data: losses, counts, decisions.
  ///
  /// - Parameter rows: The rows of this worker's shards.
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
      for _ in layout.shards(of: sender) {
        let count = Int(words.next())
        gathered.append((0..<count).map { _ in Double(bitPattern: words.next()) })
      }
    }
    return gathered
  }

  /// Sums one row of numbers from each shard, element by element, in the order of the tree over the shards. So decisions based
  /// on the sum do not depend on the placement of shards. All rows have one length; every worker gets the sum.
  public func sumOverShards(_ rows: [[Double]]) throws -> [Double] {
    layout.tree.reduce(try gatherOverShards(rows)) { left, right in
      precondition(left.count == right.count, "rows of \(left.count) and \(right.count) numbers summed over shards")
      return zip(left, right).map { $0 + $1 }
    }
  }

  /// Whether `flag` is set on any worker. Workers use it to stop at the same step.
  public func any(_ flag: Bool) throws -> Bool {
    try allGather([flag ? 1 : 0]).contains([1])
  }
}

private func append(_ word: UInt64, to bytes: inout [UInt8]) {
  withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
}

/// Reads a message, eight bytes at a time.
private struct WordReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> UInt64 {
    defer { position += 8 }
    return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
  }
}
