import CKernels
import PlainText

/// Computes a SHA-256 digest (FIPS 180-4).
public struct SHA256 {
  private var hash = ck_sha256()

  public init() {
    ck_sha256_init(&hash)
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    ck_sha256_update(&hash, start, bytes.count)
  }

  public mutating func update(_ bytes: some Collection<UInt8>) {
    let contiguous: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if contiguous == nil { Array(bytes).withUnsafeBytes { update($0) } }
  }

  /// The 32 bytes of the digest.
  public consuming func finalize() -> [UInt8] {
    var copy = hash
    return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      guard let start = buffer.baseAddress else { preconditionFailure("an array of 32 bytes without storage") }
      ck_sha256_final(&copy, start)
      count = 32
    }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public consuming func finalizeHexadecimal() -> String { finalize().hexadecimal }

  /// The digest of a whole buffer.
  public static func hexadecimal(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalizeHexadecimal()
  }

  /// The digest of a text's UTF-8 bytes.
  public static func hexadecimal(of text: String) -> String {
    var hash = SHA256()
    hash.update(text.utf8)
    return hash.finalizeHexadecimal()
  }
}
