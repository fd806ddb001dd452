import Foundation
import Testing

@testable import DataPipeline

/// Image files made of segments and chunks, also such as no program writes.
enum ImageFixtures {
  /// EXIF data with an orientation (TIFF: a header, one directory, behind an entry of another tag).
  static func exif(orientation: Int, bigEndian: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
    // Tag, type 3 (SHORT), one value, in the first of four bytes.
    func entry(_ tag: Int, _ value: Int) -> [UInt8] {
      number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + [0, 0]
    }
    return Array((bigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
      + entry(0x0100, 3) + entry(0x0112, orientation) + number(0, 4)
  }

  /// A JPEG file with EXIF data as its first segment.
  static func jpeg(_ file: some Sequence<UInt8>, exif: [UInt8]) -> [UInt8] {
    let bytes = Array(file)
    let length = 2 + 6 + exif.count
    return Array(bytes[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + Array("Exif".utf8) + [0, 0]
      + exif + Array(bytes[2...])
  }

  /// A JPEG file whose header is all there is; `progressive` makes libjpeg keep all coefficients.
  static func jpegHeader(height: Int, width: Int, progressive: Bool) -> [UInt8] {
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    let frame: [UInt8] = [0xFF, progressive ? 0xC2 : 0xC0, 0, 17, 8] + size + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
    let table: [UInt8] = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    // One code of one bit, for the difference 0.
    let code: [UInt8] = [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 15) + [0]
    let scan: [UInt8] = [0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, progressive ? 0 : 63, 0]
    return [0xFF, 0xD8] + table + frame + code + scan + [0, 0, 0xFF, 0xD9]
  }

  /// A progressive file with its first scan once more, so many times.
  static func jpeg(_ file: some Sequence<UInt8>, repeatingFirstScan times: Int) throws -> [UInt8] {
    let bytes = Array(file)
    let start = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    // Within a scan no byte but 0 follows FF.
    let end = try #require(bytes.indices[(start + 2)...].dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] != 0 })
    return Array(bytes[..<end]) + (0..<times).flatMap { _ in bytes[start..<end] } + Array(bytes[end...])
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return number(data.count) + body + number(Int(crc32(body)))
  }

  /// A PNG file with a chunk between its header and what follows.
  static func png(_ file: [UInt8], inserting chunk: [UInt8]) -> [UInt8] {
    // Signature (8) and IHDR (25).
    Array(file[..<33]) + chunk + Array(file[33...])
  }

  /// The header of a PNG file of one bit a pixel, and data that end at once.
  static func pngHeader(height: Int, width: Int) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", number(width) + number(height) + [1, 0, 0, 0, 0]) + chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1])
      + chunk("IEND", [])
  }

  private static func number(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
  }
}

extension ImageFixtures {
  private struct Golden: Decodable {
    struct File: Decodable { var name: String, file: Data }
    var files: [File]
  }

  /// Image files of every kind that is read, by name.
  static func goldenFiles() throws -> [String: [UInt8]] {
    let golden = try JSONDecoder().decode(Golden.self, from: Fixtures.resource("images.json"))
    return Dictionary(uniqueKeysWithValues: golden.files.map { ($0.name, [UInt8]($0.file)) })
  }
}
