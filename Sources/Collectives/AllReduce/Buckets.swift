/// A gradient buffer cut into ranges that are summed one after the other, so that one is summed while the backward pass still
/// computes the next. Bucket 0 is the end of the buffer, which a backward pass finishes first.
public struct Buckets: Sendable, Equatable {
  /// Range of each bucket, from the end of the buffer to its front.
  public let ranges: [Range<Int>]

  /// Everything in one bucket.
  public init(count: Int) { ranges = [0..<count] }

  /// - Parameters:
  ///   - count: Elements of the whole buffer.
  ///   - cuts: Elements at which a bucket may begin (first elements of parameters), ascending. A bucket begins at the next
  ///     memory page, so that no page belongs to two buckets.
  ///   - minimum: Least number of elements of a bucket; the one at the front may have fewer.
  public init(count: Int, cuts: [Int], minimum: Int) {
    var ranges: [Range<Int>] = []
    var end = count
    for cut in cuts.reversed() {
      let start = (cut + Slices.pageLength - 1) / Slices.pageLength * Slices.pageLength
      guard start > 0 && start < end && end - start >= minimum else { continue }
      ranges.append(start..<end)
      end = start
    }
    ranges.append(0..<end)
    self.ranges = ranges
  }

  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Digest of the cuts of buckets and slices and of the number of shared buffers, for comparing workers.
  package func digest(sharedBuffers: Int) -> UInt64 {
    // FNV-1a over the bounds; slices follow from the size of a page.
    let bounds = ranges.flatMap { [$0.lowerBound, $0.upperBound] } + [Slices.pageLength, sharedBuffers]
    return bounds.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
