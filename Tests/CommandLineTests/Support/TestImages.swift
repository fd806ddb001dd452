import Foundation

/// Small images made on the spot.
enum TestImages {
  /// Files of 8×8 pixels in PNG format: uncompressed blocks, so that nothing but checksums is needed to write them.
  static func pngs(count: Int) -> [Data] { (0..<count).map(png) }

  private static func png(_ seed: Int) -> Data {
    let side = 8
    var raw: [UInt8] = []
    for row in 0..<side {
      raw.append(0)
      for column in 0..<(3 * side) { raw.append(UInt8((row * 31 + column * 17 + seed * 53) % 256)) }
    }
    var header: [UInt8] = []
    header += bigEndian(UInt32(side)) + bigEndian(UInt32(side)) + [8, 2, 0, 0, 0]
    var stream: [UInt8] = [0x78, 0x01, 1]
    stream += littleEndian(UInt16(raw.count)) + littleEndian(~UInt16(raw.count)) + raw + bigEndian(adler32(raw))
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", header) + chunk("IDAT", stream) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> Data {
    let named = Array(name.utf8) + body
    return Data(bigEndian(UInt32(body.count)) + named + bigEndian(crc32(named)))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  private static func littleEndian(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
