/// The sizes that buffers of a pool come in: whole cache lines and, from 16 of them on, eight sizes between a power of two
/// and the next. At most an eighth is added to what was asked for.
struct SizeClass {
  static let perDoubling = 8
  static let count = 8 * Int.bitWidth
  private static let line = 64

  /// Grows with the capacity, by one from class to class.
  let number: Int

  init(number: Int) { self.number = number }

  /// The smallest class that holds `byteCount` bytes.
  init(for byteCount: Int) {
    precondition(byteCount >= 0 && byteCount <= Int.max / 4, "a buffer of \(byteCount) bytes")
    let last = max(byteCount - 1, 0) / Self.line
    // Lines of one step between classes, as a power of two: the first set bit and the three after it make the number.
    let shift = max(0, Int.bitWidth - 4 - last.leadingZeroBitCount)
    number = Self.perDoubling * shift + (last >> shift) + 1
  }

  /// Bytes.
  var capacity: Int {
    let shift = max(0, (number - Self.perDoubling - 1) / Self.perDoubling)
    return ((number - Self.perDoubling * shift) << shift) * Self.line
  }
}
