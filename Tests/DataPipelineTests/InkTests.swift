import Foundation
import Testing

@testable import DataPipeline

/// CMYK and YCCK files, with and without Adobe's marker.
struct InkTests {
  private struct Golden: Decodable {
    enum CodingKeys: String, CodingKey { case flat = "flat_cmyk" }
    var flat: Data
  }

  private let folder: TemporaryFolder
  /// Stored inks 225, 165, 105, 55 in each pixel.
  private let file: [UInt8]
  /// Position of Adobe's marker, whose last byte is 0 for CMYK and 2 for YCCK.
  private let marker: Int

  init() throws {
    folder = try TemporaryFolder()
    let bytes = [UInt8](try JSONDecoder().decode(Golden.self, from: Fixtures.resource("images.json")).flat)
    let start = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8)
    let position = bytes.indices.first { bytes[$0...].starts(with: start) }
    (file, marker) = (bytes, try #require(position))
  }

  private var withoutMarker: [UInt8] { Array(file[..<marker] + file[(marker + 16)...]) }

  private var ycck: [UInt8] {
    var file = file
    file[marker + 15] = 2
    return file
  }

  private func expectColour(_ file: [UInt8], _ colour: [Double]) throws {
    let image = try PixelImage(contentsOf: folder.write(file, to: "flat.jpg"))
    #expect((image.height, image.width) == (8, 8))
    for (index, value) in image.pixels.enumerated() {
      #expect(abs(Double(value) - colour[index % 3]) <= 2, "\(index): \(value) for \(colour)")
    }
  }

  @Test("with the marker 0 is full ink, without it 255")
  func readings() throws {
    try expectColour(file, [225, 165, 105].map { $0 * 55 / 255 })
    try expectColour(withoutMarker, [225, 165, 105].map { (255 - $0) * (255 - 55) / 255 })
    // Y, Cb, Cr become red, green and blue, whose complements are the inks.
    let (red, green) = (225 + 1.402 * (105 - 128), 225 - 0.344_136 * (165 - 128) - 0.714_136 * (105 - 128))
    try expectColour(ycck, [(255 - red) * 55 / 255, (255 - green) * 55 / 255, 0])
  }

  @Test("the reading is said, with the names of files")
  func remarks() throws {
    for name in ["a", "b"] { try folder.write(file, to: "photos/train/ant/\(name).jpg") }
    try folder.write(withoutMarker, to: "photos/train/bee/c.jpg")
    try folder.write(Fixtures.png(height: 8, width: 8, value: 3), to: "photos/train/bee/d.png")
    let splits = try DatasetSplits.open(.imageFolder(path: folder.file("photos")), seed: 1)
    let remarks = splits.report.remarks
    #expect(remarks.count == 2)
    let ant = folder.file("photos/train/ant/a.jpg")
    #expect(
      remarks.first
        == "of 4 images looked at, 2 are CMYK (\(ant) and 1 more) with Adobe's marker, so that 0 is read as full "
        + "ink; if they look like negatives, convert them to RGB")
    #expect(
      remarks.last?.contains("1 is CMYK (\(folder.file("photos/train/bee/c.jpg"))) without Adobe's marker") == true)
  }
}
