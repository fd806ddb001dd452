/// Cuts items into contiguous parts.
public enum Sharding {
  /// Part `part` of 0 ..< `count` cut into `parts`: ⌊part·count/parts⌋ ..< ⌊(part+1)·count/parts⌋. Sizes differ by
  /// at most one; with fewer items than parts some are empty.
  public static func range(count: Int, part: Int, of parts: Int) -> Range<Int> {
    precondition(parts > 0 && part >= 0 && part < parts && count >= 0, "part \(part) of \(parts) of \(count) items")
    return part * count / parts..<(part + 1) * count / parts
  }
}
