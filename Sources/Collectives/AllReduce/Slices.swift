/// A range of a buffer cut into one contiguous slice for each owner. If the range begins with a memory page, so do all slices:
/// owners do not write to the same cache lines, and a slice can be mapped by itself (`AllReduceMemory`). In a short range, the last
/// slices are empty.
public struct Slices: Sendable {
  public let range: Range<Int>
  public let owners: Int
  /// Number of elements of a memory page.
  public static let pageLength = SharedMemory.pageBytes / MemoryLayout<Float>.size

  /// - Parameters:
  ///   - range: Elements of the buffer.
  ///   - owners: Number of slices.
  public init(of range: Range<Int>, owners: Int) {
    precondition(owners >= 1, "\(range) in \(owners) slices")
    (self.range, self.owners) = (range, owners)
  }

  public subscript(owner: Int) -> Range<Int> { start(of: owner)..<start(of: owner + 1) }

  private func start(of owner: Int) -> Int {
    let pages = (range.count + Self.pageLength - 1) / Self.pageLength
    return range.lowerBound + min(range.count, pages * owner / owners * Self.pageLength)
  }
}
