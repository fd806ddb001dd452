/// A buffer cut into one contiguous slice an owner; cuts fall on cache lines, so that owners do not write into
/// the same one. Slices at the end of a short buffer are empty.
public struct Slices: Sendable {
  public let count: Int
  public let owners: Int
  private static let lineLength = 16

  public init(count: Int, owners: Int) {
    precondition(count >= 0 && owners >= 1, "\(count) elements in \(owners) slices")
    (self.count, self.owners) = (count, owners)
  }

  public subscript(owner: Int) -> Range<Int> { start(of: owner)..<start(of: owner + 1) }

  private func start(of owner: Int) -> Int {
    let lines = (count + Self.lineLength - 1) / Self.lineLength
    return min(count, lines * owner / owners * Self.lineLength)
  }
}
