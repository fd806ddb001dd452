import Foundation
import Testing

@testable import DataPipeline

/// Cameras say in EXIF data how they were held: images come upright.
struct OrientationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Rows of the image "abc", "def", upright, as the standard's eight orientations have them.
  private static let upright = [
    ["abc", "def"], ["cba", "fed"], ["fed", "cba"], ["def", "abc"], ["ad", "be", "cf"], ["da", "eb", "fc"],
    ["fc", "eb", "da"], ["cf", "be", "ad"],
  ]

  private func png(_ rows: [String], orientation: Int, bigEndian: Bool) -> [UInt8] {
    let pixels = rows.joined().utf8.flatMap { [$0, $0 + 50, $0 + 100] }
    let image = PixelImage(height: rows.count, width: rows[0].count, channels: 3, pixels: pixels)
    let exif = ImageFixtures.exif(orientation: orientation, bigEndian: bigEndian)
    return ImageFixtures.png(image.pngData(), inserting: ImageFixtures.chunk("eXIf", exif))
  }

  private func rows(_ image: PixelImage) -> [String] {
    (0..<image.height).map { y in
      String(decoding: (0..<image.width).map { x in image.pixels[3 * (y * image.width + x)] }, as: UTF8.self)
    }
  }

  @Test("PNG files, all eight orientations in both byte orders", arguments: 1...8, [false, true])
  func png(orientation: Int, bigEndian: Bool) throws {
    let file = try folder.write(png(["abc", "def"], orientation: orientation, bigEndian: bigEndian), to: "x.png")
    let image = try PixelImage(contentsOf: file)
    #expect(rows(image) == Self.upright[orientation - 1])
    #expect(image.pixels[1] == image.pixels[0] + 50 && image.pixels[2] == image.pixels[0] + 100)
  }

  @Test("JPEG files, all eight orientations in both byte orders", arguments: 1...8, [false, true])
  func jpeg(orientation: Int, bigEndian: Bool) throws {
    let file = try #require(try ImageFixtures.goldenFiles()["jpeg"])
    let asItLies = try PixelImage(contentsOf: folder.write(file, to: "plain.jpg"))
    let exif = ImageFixtures.exif(orientation: orientation, bigEndian: bigEndian)
    let turned = try PixelImage(contentsOf: folder.write(ImageFixtures.jpeg(file, exif: exif), to: "turned.jpg"))
    // The same turn of the same pixels without loss.
    let copy = ImageFixtures.png(asItLies.pngData(), inserting: ImageFixtures.chunk("eXIf", exif))
    #expect(try turned == PixelImage(contentsOf: folder.write(copy, to: "copy.png")))
    #expect((turned.height == asItLies.width) == (orientation >= 5))
  }

  @Test("orientations that make no sense count as none", arguments: [0, 9, 65535])
  func nonsense(orientation: Int) throws {
    let file = try folder.write(png(["abc", "def"], orientation: orientation, bigEndian: true), to: "x.png")
    #expect(rows(try PixelImage(contentsOf: file)) == ["abc", "def"])
  }

  @Test("damaged EXIF data never end the process, and the image is read")
  func damage() throws {
    let file = try #require(try ImageFixtures.goldenFiles()["jpeg"])
    let exif = ImageFixtures.exif(orientation: 6, bigEndian: false)
    for length in 0..<exif.count {
      let cut = ImageFixtures.jpeg(file, exif: Array(exif[..<length]))
      _ = try PixelImage(contentsOf: folder.write(cut, to: "cut.jpg"))
    }
    for index in exif.indices {
      var damaged = exif
      damaged[index] ^= 0xFF
      _ = try PixelImage(contentsOf: folder.write(ImageFixtures.jpeg(file, exif: damaged), to: "damaged.jpg"))
    }
  }
}
