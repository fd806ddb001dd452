import CZlib
import PlainText

/// CRC-32 as in zlib, PNG and Python's `zlib.crc32`: finds damage, but does not protect against forgery.
public struct CRC32: Sendable {
  private var value: UInt = 0

  /// The checksum of no bytes.
  public init() {}

  /// Appends `bytes` to those that have been read.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    value = crc32_z(value, start.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// Eight lower-case hexadecimal digits.
  public var hexadecimal: String { value.hexadecimal(digits: 8) }

  /// The checksum of a whole array, as eight hexadecimal digits.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var checksum = CRC32()
    bytes.withUnsafeBytes { checksum.update($0) }
    return checksum.hexadecimal
  }
}
