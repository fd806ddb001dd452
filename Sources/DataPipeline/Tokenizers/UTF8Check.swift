/// Whether bytes that come in small pieces are well-formed UTF-8; keeps few of them at a time.
struct UTF8Check {
  private var isWellFormed = true
  private var bytes: [UInt8] = []
  /// Number of bytes that are checked together.
  private let batch: Int

  init(batch: Int = 1 << 16) { self.batch = batch }

  mutating func append(_ piece: [UInt8]) {
    bytes += piece
    if bytes.count >= batch { checkAllButLast() }
  }

  /// Whether all bytes so far are well-formed, and the last one ends a scalar.
  var isWellFormedToItsEnd: Bool {
    isWellFormed && bytes.withUnsafeBytes { UTF8Text.firstInvalidByte($0) } == nil
  }

  /// Checks all bytes except those of the last scalar, which may continue in the next piece.
  private mutating func checkAllButLast() {
    let checked = bytes.withUnsafeBytes { bytes in
      let end = UTF8Text.boundary(bytes, atOrBefore: bytes.count - 1)
      if UTF8Text.firstInvalidByte(UnsafeRawBufferPointer(rebasing: bytes[..<end])) != nil { isWellFormed = false }
      return end
    }
    bytes.removeFirst(checked)
  }
}
