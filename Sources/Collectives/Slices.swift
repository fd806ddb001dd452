/// A stretch of a buffer cut into one contiguous slice an owner. If the stretch begins with a memory page, all slices do,
/// so that owners do not write to the same cache lines and a slice can be mapped by itself (`SumArena`). Slices at the
/// end of a short stretch are empty.
public struct Slices: Sendable {
  public let range: Range<Int>
  public let owners: Int
  /// Elements of a memory page.
  public static let pageLength = SharedMemory.pageBytes / MemoryLayout<Float>.size

  /// - Parameter range: Elements of the buffer.
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
