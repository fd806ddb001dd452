import Hashing

/// Header of a file of tokens.
///
/// 128 bytes, integers little-endian: "LOCKTOKS"; format version and bytes a token (32 bits each); of the text its bytes
/// and its digest, the tokens of the training, validation and test split, which follow in that order, and their digest
/// (64 bits each); SHA-256 of tokeniser and splits, as 64 hexadecimal digits.
struct TokenFileHeader: Equatable {
  static let byteCount = 128
  private static let magic = Array("LOCKTOKS".utf8)
  private static let version: UInt32 = 2

  var width: TokenWidth
  var textBytes: Int
  var textDigest: UInt64
  /// SHA-256, in hexadecimal, of everything but the text on which the tokens depend.
  var key: String
  /// Tokens of each split.
  var counts = [0, 0, 0]
  /// Digest of the bytes after the header, which shows damage.
  var tokensDigest: UInt64 = 0

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
    append(tokensDigest)
    bytes.append(contentsOf: key.utf8)
    precondition(bytes.count == Self.byteCount, "a header of \(bytes.count) bytes")
    return bytes
  }

  /// The numbers of tokens in a header, which is untrusted, and the tokens' digest.
  static func contents(in bytes: UnsafeRawBufferPointer) -> (counts: [Int], digest: UInt64) {
    func word(_ index: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32 + 8 * index, as: UInt64.self))
    }
    return ((0..<3).map { Int(truncatingIfNeeded: word($0)) }, word(3))
  }

  /// The digest of what follows the header in a file; at the speed of memory, so that it is checked each time.
  static func tokensDigest(of file: FileContents) -> UInt64 {
    file.withBytes { Digest.of(UnsafeRawBufferPointer(rebasing: $0[min($0.count, byteCount)...])) }
  }
}
