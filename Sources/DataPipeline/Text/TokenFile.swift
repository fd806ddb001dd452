/// What stands before the tokens in a file of them.
///
/// 120 bytes, integers little-endian: "LOCKTOKS"; format version and bytes a token (32 bits each); of the text its bytes
/// and its digest, then the tokens of the training, validation and test split (64 bits each), which follow in that
/// order; SHA-256 of tokeniser and splits, as 64 hexadecimal digits.
struct TokenFileHeader: Equatable {
  static let byteCount = 120
  private static let magic = Array("LOCKTOKS".utf8)
  private static let version: UInt32 = 1

  var width: TokenWidth
  var textBytes: Int
  var textDigest: UInt64
  /// SHA-256 in hexadecimal of what the tokens depend on beside the text.
  var key: String
  /// Tokens of each split.
  var counts = [0, 0, 0]

  var bytes: [UInt8] {
    var bytes = Self.magic
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(Self.version)
    append(UInt32(width.rawValue))
    append(UInt64(textBytes))
    append(textDigest)
    for count in counts { append(UInt64(count)) }
    bytes.append(contentsOf: key.utf8)
    precondition(bytes.count == Self.byteCount, "a header of \(bytes.count) bytes")
    return bytes
  }

  /// The numbers of tokens that a header gives, which may be anybody's.
  static func counts(in bytes: UnsafeRawBufferPointer) -> [Int] {
    (0..<3).map { split in
      Int(
        truncatingIfNeeded: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32 + 8 * split, as: UInt64.self)))
    }
  }
}
