/// Sizes of a pool's buffers: whole cache lines and, from 16 of them on, eight sizes between a power of two and the next. A
/// buffer is at most one eighth larger than requested.
struct SizeClass {
  static let perDoubling = 8
  static let count = 8 * Int.bitWidth
  private static let line = 64

  /// Number of the class, ascending with the capacity.
  let number: Int

  init(number: Int) { self.number = number }

  /// The smallest class for `byteCount` bytes.
  init(for byteCount: Int) {
    precondition(byteCount >= 0 && byteCount <= Int.max / 4, "a buffer of \(byteCount) bytes")
    let last = max(byteCount - 1, 0) / Self.line
    // Lines between two classes, as a power of two. The first set bit and the three after it make the number.
    let shift = max(0, Int.bitWidth - 4 - last.leadingZeroBitCount)
    number = Self.perDoubling * shift + (last >> shift) + 1
  }

  /// Capacity in bytes.
  var capacity: Int {
    let shift = max(0, (number - Self.perDoubling - 1) / Self.perDoubling)
    return ((number - Self.perDoubling * shift) << shift) * Self.line
  }
}
