extension Communicator {
  /// Gathers the values of every shard, in shard order, on every worker. Shards may have different numbers of values. For small
  /// data: losses, counts, decisions.
  ///
  /// - Parameter values: Those of each of this worker's shards.
  public func gatherOverShards(_ values: [[Double]]) throws -> [[Double]] {
    precondition(
      values.count == shards.count, "values of \(values.count) shards from worker \(worker), which has shards \(shards)"
    )
    var bytes: [UInt8] = []
    for own in values {
      append(UInt64(own.count), to: &bytes)
      for value in own { append(value.bitPattern, to: &bytes) }
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

  /// Sums the values of all shards, element by element, in the order of the tree over the shards. So decisions based on the sums
  /// do not depend on the placement of shards. All shards have equally many values; every worker gets the sums.
  public func sumOverShards(_ values: [[Double]]) throws -> [Double] {
    layout.tree.reduce(try gatherOverShards(values)) { left, right in
      precondition(left.count == right.count, "\(left.count) and \(right.count) values summed over shards")
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
