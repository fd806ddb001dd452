import Configuration
import Foundation
import Tensors
import Testing

@testable import DataPipeline

/// Folders of images by class.
struct ImageFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func specification(skipping: Bool = false, size: Extent? = nil) -> DatasetSpecification {
    DatasetSpecification(ImageFolder(size: size, skipBadImages: skipping), path: folder.path)
  }

  private func writeImages() throws {
    for (label, name) in ["ant", "bee", "cow"].enumerated() {
      for number in 0..<(label == 1 ? 1 : 3) {
        let value = UInt8(10 * label + number)
        try folder.write(Fixtures.png(height: 4, width: 6, value: value), to: "train/\(name)/\(number).PNG")
      }
    }
    try folder.write(Fixtures.png(height: 4, width: 6, value: 99), to: "test/bee/x.png")
    try folder.write(Array("notes".utf8), to: "train/ant/readme.txt")
    try folder.write(Array("hidden".utf8), to: "train/.cache/a.png")
  }

  @Test func readsClassesInOrderOfTheirNamesAndGoesRound() throws {
    try writeImages()
    let splits = try DatasetSplits.open(specification(), seed: 1)
    // Hidden ones are nobody's business.
    #expect(splits.report.omissions.map(\.path) == [folder.file("train/ant/readme.txt")])
    let training = splits.training.dataset
    #expect(splits.classNames == ["ant", "bee", "cow"] && splits.sampleShape == [4, 6, 3])
    #expect(training.labels == [0, 1, 2, 0, 2, 0, 2])
    #expect(try (0..<7).map { try training.pixels($0)[5] } == [0, 10, 20, 1, 21, 2, 22])
    #expect(splits.test?.dataset.labels == [1])
    #expect(try splits.test?.dataset.pixels(0)[0] == 255 - 99)
  }

  @Test func withoutATestFolderThereIsNoTestSplit() throws {
    try writeImages()
    try FileManager.default.removeItem(atPath: folder.file("test"))
    #expect(try DatasetSplits.open(specification(), seed: 1).test == nil)
  }

  @Test func unreadableImagesEndTheRunOrAreSkipped() throws {
    try writeImages()
    let path = try folder.write(Fixtures.png(height: 4, width: 6, value: 1).dropLast(30), to: "train/ant/0.PNG")
    let error = #expect(throws: DataError.self) { try DatasetSplits.open(specification(), seed: 1) }
    #expect(error?.location == path && error?.problem == "unreadable image: the file ends early")
    #expect(error?.advice == "repair or remove it, or give --skip-bad-images")
    try folder.write([], to: "test/ant/empty.jpg")

    let splits = try DatasetSplits.open(specification(skipping: true), seed: 1)
    #expect(splits.training.dataset.labels == [1, 2, 0, 2, 0, 2] && splits.test?.count == 1)
    #expect(
      splits.notes.contains(
        "2 left out: images that cannot be read (\(path) (unreadable image: the file ends early), "
          + "\(folder.file("test/ant/empty.jpg")) (unreadable image: the file is empty))"))
    #expect(splits.unreadable.map(\.location) == [path, folder.file("test/ant/empty.jpg")])
  }

  @Test func sizesHaveToAgreeOrAreMadeTo() throws {
    try writeImages()
    let path = try folder.write(Fixtures.png(height: 8, width: 6, value: 7), to: "train/cow/2.PNG")
    for skipping in [false, true] {
      let error = #expect(throws: DataError.self) { try DatasetSplits.open(specification(skipping: skipping), seed: 1) }
      #expect(error?.description.hasPrefix("\(path): is 8×6, the other images are 4×6; set data.image_size") == true)
    }
    let splits = try DatasetSplits.open(specification(size: Extent(height: 2, width: 3)), seed: 1)
    #expect(splits.sampleShape == [2, 3, 3])
    #expect(try splits.training.dataset.pixels(6)[17] == 7)
  }

  @Test func missingAndOddFoldersAreSaid() throws {
    var error = #expect(throws: DataError.self) { try DatasetSplits.open(specification(), seed: 1) }
    #expect(error?.description.hasPrefix("\(folder.file("train")): no such folder; images are expected as ") == true)
    #expect(error?.isWrongUse == true)
    try folder.write(Array("x".utf8), to: "train/ant/readme.txt")
    error = #expect(throws: DataError.self) { try DatasetSplits.open(specification(), seed: 1) }
    #expect(error?.problem.hasPrefix("has no image files (1 left out: files that are no images (") == true)
    try writeImages()
    try folder.write(Fixtures.png(height: 4, width: 6, value: 3), to: "test/dog/x.png")
    error = #expect(throws: DataError.self) { try DatasetSplits.open(specification(), seed: 1) }
    #expect(error?.location == folder.file("test/dog"))
    var nowhere = specification()
    nowhere.path = nil
    error = #expect(throws: DataError.self) { try DatasetSplits.open(nowhere, seed: 1) }
    #expect(error?.problem == "is not given for image-folder" && error?.isWrongUse == true)
    nowhere.path = "/nowhere"
    error = #expect(throws: DataError.self) { try DatasetSplits.open(nowhere, seed: 1) }
    #expect(error?.problem == "no such folder" && error?.isWrongUse == true)
  }

  @Test func aBatchOfDecodedImages() throws {
    try writeImages()
    let splits = try DatasetSplits.open(specification(), seed: 1)
    let assembler = ImageAssembler(split: splits.training.images, pool: StoragePool())
    let batch = try assembler.assemble([6, 1], firstPosition: 0)
    #expect(batch.inputs.shape == [2, 4, 6, 3])
    #expect(abs(batch.inputs.floats[3] - 22.0 / 255) < 1e-6 && abs(batch.inputs.floats[72 + 3] - 10.0 / 255) < 1e-6)
  }
}
