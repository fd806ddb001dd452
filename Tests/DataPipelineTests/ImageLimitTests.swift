import Configuration
import Testing

@testable import DataPipeline

/// Small files that promise large images are refused by their header, before memory is taken for them.
struct ImageLimitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func message(_ file: [UInt8], limit: Int = DatasetSpecification.defaultMaxImagePixels) throws -> String {
    let path = try folder.write(file, to: "bomb")
    do {
      _ = try PixelImage(contentsOf: path, limit: limit)
      return "read"
    } catch {
      return error.description.replacing(path, with: "F")
    }
  }

  private static let advice = "scale it down, or raise data.max_image_pixels"

  @Test("JPEG files, progressive ones too", arguments: [false, true])
  func jpeg(progressive: Bool) throws {
    // Its coefficients would take 25 GB.
    let file = ImageFixtures.jpegHeader(height: 65500, width: 65500, progressive: progressive)
    #expect(
      try message(file)
        == "F: unreadable image: has 65500 × 65500 pixels, more than the limit of 64000000; \(Self.advice)")
  }

  @Test("PNG files")
  func png() throws {
    #expect(
      try message(ImageFixtures.pngHeader(height: 100_000, width: 1000))
        == "F: unreadable image: has 1000 × 100000 pixels, more than the limit of 64000000; \(Self.advice)")
  }

  @Test("the limit is the largest image that is read", arguments: ["jpeg", "jpeg-progressive", "jpeg-cmyk", "png"])
  func bound(name: String) throws {
    let file = try #require(try ImageFixtures.goldenFiles()[name])
    #expect(try message(file, limit: 11 * 13) == "read")
    #expect(try message(file, limit: 11 * 13 - 1).contains("more than the limit of 142; \(Self.advice)"))
  }

  @Test("scans of a JPEG file are bounded by the work that they are")
  func scans() throws {
    let golden = try #require(try ImageFixtures.goldenFiles()["jpeg-progressive"])
    let file = try ImageFixtures.jpeg(golden, repeatingFirstScan: 1000)
    // For an image of this size a thousand scans are nothing.
    #expect(try message(file) == "read")
    #expect(
      try message(file, limit: 11 * 13)
        == "F: unreadable image: has more than 16 scans of 13 × 11 pixels; the limit is 16 scans of 143 pixels; "
        + Self.advice)
  }

  @Test("the key reaches the images of a folder, and bad ones are left out")
  func folders() throws {
    try folder.write(Fixtures.png(height: 4, width: 6, value: 1), to: "train/a/0.png")
    let large = try folder.write(Fixtures.png(height: 5, width: 6, value: 1), to: "train/a/1.png")
    var settings = ImageFolder(size: Extent(height: 4, width: 6))
    settings.maxPixels = 29
    var specification = DatasetSpecification(settings, path: folder.path)
    specification.normalization = .none
    let images = try DatasetSplits.open(specification, seed: 1).training.dataset
    let error = #expect(throws: DataError.self) { try images.pixels(1) }
    #expect(error?.advice == "\(Self.advice), or give --skip-bad-images" && error?.location == large)
    specification.skipBadImages()
    #expect(try DatasetSplits.open(specification, seed: 1).training.count == 1)
    settings.maxPixels = 30
    specification.settings = settings
    #expect(try DatasetSplits.open(specification, seed: 1).training.count == 2)
  }

  @Test("an image of one column and many rows is scaled row by row")
  func column() throws {
    let rows = 300_000
    let image = PixelImage(height: rows, width: 1, channels: 1, pixels: (0..<rows).map { $0 < rows / 2 ? 10 : 250 })
    let scaled = try image.resized(height: 4, width: 3)
    #expect(scaled.pixels[..<3].allSatisfy { $0 == 10 } && scaled.pixels[9...].allSatisfy { $0 == 250 })
  }
}
