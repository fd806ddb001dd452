import CImageFiles
import CZlib

/// The chunks of a PNG file: length, type, data and CRC-32 of type and data.
enum PNGChunks {
  /// The bytes with the checksum of each chunk put right.
  static func repaired(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var file = [UInt8](bytes)
    var position = 8
    while position + 12 <= file.count {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 8 + length
      guard end + 4 <= file.count else { break }
      let sum = file.withUnsafeBufferPointer { crc32(0, $0.baseAddress.map { $0 + position + 4 }, UInt32(length + 4)) }
      for index in 0..<4 { file[end + index] = UInt8(truncatingIfNeeded: sum >> UInt(24 - 8 * index)) }
      position = end + 4
    }
    return file
  }
}
