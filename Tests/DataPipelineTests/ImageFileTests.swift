import Foundation
import Testing

@testable import DataPipeline

/// Decoding and scaling against Pillow (Tests/peers/make_image_goldens.py).
struct ImageFileTests {
  private struct Golden: Decodable {
    struct File: Decodable { var name: String, file: Data, pixels: Data }
    struct Scaled: Decodable { var height: Int, width: Int, fit: String, filter: String, pixels: Data }
    var height: Int, width: Int, source: Data, files: [File], scaled: [Scaled]
  }

  private let golden: Golden
  private let folder: TemporaryFolder

  init() throws {
    golden = try JSONDecoder().decode(Golden.self, from: Fixtures.resource("images.json"))
    folder = try TemporaryFolder()
  }

  private func largestDifference(_ a: [UInt8], _ b: Data) -> Int {
    guard a.count == b.count else { return .max }
    return zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
  }

  @Test func decodesEveryKindOfFileAsPillowDoes() throws {
    #expect(golden.files.count == 24)
    for file in golden.files {
      let image = try PixelImage(contentsOf: folder.write(file.file, to: file.name))
      #expect((image.height, image.width, image.channels) == (golden.height, golden.width, 3), "\(file.name)")
      // One step for JPEG and WebP: versions of their libraries round chroma and ink differently.
      let allowed = ["jpeg", "webp"].contains { file.name.hasPrefix($0) } ? 1 : 0
      #expect(largestDifference(image.pixels, file.pixels) <= allowed, "\(file.name)")
    }
  }

  @Test("stretched, cropped and letterboxed images are Pillow's, to the last bit") func scalesAsPillowDoes() throws {
    let image = PixelImage(height: golden.height, width: golden.width, channels: 3, pixels: [UInt8](golden.source))
    for scaled in golden.scaled {
      let sizing = ImageSizing(
        fit: try #require(.init(rawValue: scaled.fit)), filter: try #require(.init(rawValue: scaled.filter)),
        background: [10, 20, 30])
      let result = try image.resized(height: scaled.height, width: scaled.width, sizing)
      #expect(
        largestDifference(result.pixels, scaled.pixels) == 0,
        "\(scaled.height)×\(scaled.width) \(scaled.fit) \(scaled.filter)")
    }
    #expect(try image.resized(height: golden.height, width: golden.width) == image)
  }

  @Test(arguments: [1, 3]) func encodesPNGWithoutLoss(channels: Int) throws {
    let pixels = Fixtures.noise(7 * 5 * channels)
    let image = PixelImage(height: 7, width: 5, channels: channels, pixels: pixels)
    let read = try PixelImage(contentsOf: folder.write(image.pngData(), to: "a.png"))
    let expected = channels == 3 ? pixels : pixels.flatMap { [$0, $0, $0] }
    #expect(read == PixelImage(height: 7, width: 5, channels: 3, pixels: expected))
  }

  @Test func everyTruncationIsUnreadable() throws {
    // The first of two images may be whole though the file is not.
    for file in golden.files where file.name != "gif-of-two" {
      for fraction in [0.3, 0.6, 0.9] {
        let part = file.file.prefix(Int(Double(file.file.count) * fraction))
        let path = try folder.write(part, to: "part-\(file.name)")
        #expect(throws: DataError.self, "\(file.name) cut to \(part.count) of \(file.file.count)") {
          try PixelImage(contentsOf: path)
        }
      }
    }
  }

  @Test func aLongCutJPEGIsNotFilledWithGrey() throws {
    // Cut in the middle of its pixels, where libjpeg only warns.
    let file = try #require(golden.files.first { $0.name == "jpeg" }).file
    let path = try folder.write(file.dropLast(file.count / 20), to: "cut.jpg")
    let error = #expect(throws: DataError.self) { try PixelImage(contentsOf: path) }
    #expect(error?.description.hasPrefix("\(path): unreadable image: ") == true)
  }

  @Test func whatIsNoImageIsSaid() throws {
    let text = try folder.write(Array("not an image".utf8), to: "text.jpg")
    #expect(
      throws: DataError(
        text, "unreadable image: its first bytes are those of no image format that is read")
    ) {
      try PixelImage(contentsOf: text)
    }
    let empty = try folder.write([], to: "empty.png")
    #expect(throws: DataError(empty, "unreadable image: the file is empty")) { try PixelImage(contentsOf: empty) }
    let missing = folder.file("nothing.png")
    #expect(throws: DataError(missing, "cannot open the file: No such file or directory")) {
      try PixelImage(contentsOf: missing)
    }
  }

  @Test func randomDamageNeverEndsTheProcess() throws {
    for file in golden.files {
      for seed in 0..<20 {
        var bytes = [UInt8](file.file)
        let offsets = Fixtures.noise(3, seed: seed * 77 + 5)
        for (turn, offset) in offsets.enumerated() { bytes[(Int(offset) * 7 + turn * 31) % bytes.count] ^= offset | 1 }
        let path = try folder.write(bytes, to: "damaged")
        // Either it still decodes to some image of sane size, or it says why not.
        do {
          let image = try PixelImage(contentsOf: path)
          #expect(image.pixels.count == image.height * image.width * 3)
        } catch {
          #expect(!error.problem.isEmpty)
        }
      }
    }
  }
}
