/// HMAC-SHA256 (RFC 2104): a digest that only an owner of the key can make or check.
public enum KeyedDigest {
  /// Bytes of a digest.
  public static let length = 32

  /// The digest of `message` under `key`.
  public static func digest(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    let block = 64
    var padded = key.count > block ? digest(of: key) : key
    padded += Array(repeating: 0, count: block - padded.count)
    let inner = digest(of: padded.map { $0 ^ 0x36 } + message)
    return digest(of: padded.map { $0 ^ 0x5C } + inner)
  }

  /// Whether two digests are equal. The time does not depend on where they differ.
  public static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    return zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func digest(of bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }
}
