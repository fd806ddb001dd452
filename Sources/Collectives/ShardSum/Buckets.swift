/// A buffer cut into runs that are summed one after the other, so that a run can be on its way while the backward pass
/// still computes the next. Bucket 0 is the end of the buffer, which a backward pass finishes first.
public struct Buckets: Sendable, Equatable {
  /// Elements of each bucket, last elements first.
  public let ranges: [Range<Int>]

  /// Everything in one bucket.
  public init(count: Int) { ranges = [0..<count] }

  /// - Parameters:
  ///   - count: Elements of the whole buffer.
  ///   - cuts: Where a bucket may begin (first elements of parameters), ascending; it does so at the next memory page, so
  ///     that no page belongs to two.
  ///   - minimum: Elements that a bucket should have at least; the one at the front may have fewer.
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

  /// A number that differs where the cuts of buckets or of their slices do, or what is beside them, to compare workers by.
  package func digest(sharedBuffers: Int) -> UInt64 {
    // FNV-1a over the bounds; slices follow from the size of a page.
    let bounds = ranges.flatMap { [$0.lowerBound, $0.upperBound] } + [Slices.pageLength, sharedBuffers]
    return bounds.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
