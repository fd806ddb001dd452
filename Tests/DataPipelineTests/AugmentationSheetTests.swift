import Testing

@testable import DataPipeline

/// The sheet holds what training draws, pixel by pixel.
struct AugmentationSheetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a row is the image, then the image of each epoch")
  func pixels() throws {
    try Fixtures.writeIDX(to: folder, training: 23, height: 5, width: 3)
    var specification = DatasetSpecification.idx(path: folder.path)
    specification.normalization = .none
    specification.augmentations = [.flip, .shift(1)]
    let data = try DatasetSplits.open(specification, seed: 5, normalizer: Normalizer.none)
    let sheet = try AugmentationSheet(data, seed: 5, count: 4, epochs: 3)
    // Each pixel is a square of 19.
    let (scale, gap) = (96 / 5, 4)
    #expect(sheet.picture.height == gap + 4 * (5 * scale + gap))
    #expect(sheet.picture.width == gap + 4 * (3 * scale + gap) + 12)
    let split = try #require(data.training as? ImageSplit)
    let shape = split.dataset.imageShape
    func cell(_ row: Int, _ column: Int) -> [UInt8] {
      let (top, left) = (gap + row * (5 * scale + gap), gap + column * (3 * scale + gap) + (column > 0 ? 12 : 0))
      return (0..<15).map { index in
        let (y, x) = (top + index / 3 * scale + scale - 1, left + index % 3 * scale)
        return sheet.picture.pixels[y * sheet.picture.width + x]
      }
    }
    for row in 0..<4 {
      let record = try split.dataset.pixels(split.records[row])
      #expect(cell(row, 0) == record)
      for epoch in 0..<3 {
        let expected = PlainImage(record, shape, .interleaved).transformed(
          by: specification.augmentations, seed: 5, epoch: epoch, sample: row)
        #expect(cell(row, 1 + epoch) == expected.bytes)
      }
    }
    #expect(sheet.rows.map(\.sample) == [0, 1, 2, 3] && sheet.rows[3].className == "3" && sheet.rows[3].file == nil)
  }
}
