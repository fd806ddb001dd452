import CZlib

/// CRC-32 as in zlib, PNG and Python's `zlib.crc32`: finds damage, but does not protect against forgery.
struct Checksum {
  private var value: UInt = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    value = crc32_z(value, start.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  static func text(of bytes: [UInt8]) -> String {
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.update($0) }
    return checksum.text
  }
}
