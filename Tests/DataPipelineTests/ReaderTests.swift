import Foundation
import Testing

@testable import DataPipeline

/// IDX and CIFAR files made here are read back byte for byte; damaged ones are reported with file, record and byte.
struct ReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func specification(_ settings: some DatasetSettings) -> DatasetSpecification {
    var specification = DatasetSpecification(settings, path: folder.path)
    specification.normalization = .none
    return specification
  }

  private func openingFails(_ settings: some DatasetSettings) throws -> DataError {
    try #require(throws: DataError.self) { try DatasetSplits.open(specification(settings), seed: 1) }
  }

  @Test func readsIDX() throws {
    try Fixtures.writeIDX(to: folder)
    let splits = try DatasetSplits.open(specification(IDXImages()), seed: 1)
    let training = splits.training.dataset
    #expect(training.imageShape == ImageShape(height: 5, width: 3, channels: 1))
    #expect(training.count == 23 && splits.test?.count == 7)
    #expect(training.labels == (0..<23).map { Int32($0 % 10) })
    #expect(splits.classNames == (0...9).map { "\($0)" })
    let all = Fixtures.noise(23 * 15, seed: 1)
    for record in [0, 11, 22] { #expect(try training.pixels(record) == Array(all[record * 15..<(record + 1) * 15])) }
  }

  @Test func readsIDXWithChannelsAndWithoutTestFiles() throws {
    try folder.write(Fixtures.idx(shape: [2, 2, 2, 3], Fixtures.noise(24)), to: "train-images-idx3-ubyte")
    try folder.write(Fixtures.idx(shape: [2], [0, 4]), to: "train-labels-idx1-ubyte")
    let splits = try DatasetSplits.open(specification(IDXImages()), seed: 1)
    #expect(splits.sampleShape == [2, 2, 3] && splits.test == nil && splits.classNames.count == 5)
    #expect(try splits.training.dataset.pixels(1) == Array(Fixtures.noise(24)[12...]))
  }

  @Test func findsFilesBelowTheDataDirectory() throws {
    for subfolder in ["", "mnist", "MNIST/raw"] {
      let root = try TemporaryFolder()
      try Fixtures.writeIDX(to: root, subfolder)
      let specification = DatasetSpecification.mnist
      let splits = try DatasetSplits.open(specification, dataDirectory: root.path, seed: 1)
      #expect(splits.training.count == 23, "in '\(subfolder)'")
    }
  }

  @Test func readsCIFAR10() throws {
    try Fixtures.writeCIFAR10(to: folder, "cifar-10-batches-bin")
    let splits = try DatasetSplits.open(specification(CIFAR10()), seed: 1)
    let training = splits.training.dataset
    #expect(training.count == 15 && splits.test?.count == 3)
    #expect(training.layout == .planar && splits.sampleShape == [32, 32, 3])
    #expect(training.labels == (0..<5).flatMap { file in (0..<3).map { Int32(file + $0) } })
    #expect(splits.classNames[9] == "truck")
    // The second file's third record.
    #expect(try training.pixels(5) == Fixtures.noise(3072, seed: 102))
    #expect(try splits.test?.dataset.pixels(0) == Fixtures.noise(3072, seed: 500))
  }

  @Test func readsFineLabelsAndNamesOfCIFAR100() throws {
    for name in ["train.bin", "test.bin"] {
      try folder.write([19, 99] + Fixtures.noise(3072) + [3, 0] + Fixtures.noise(3072, seed: 5), to: name)
    }
    try folder.write(Array((0..<100).map { "name\($0)" }.joined(separator: "\n").utf8), to: "fine_label_names.txt")
    let splits = try DatasetSplits.open(specification(CIFAR100()), seed: 1)
    #expect(splits.training.dataset.labels == [99, 0])
    #expect(splits.classNames.count == 100 && splits.classNames[99] == "name99")
    #expect(try splits.training.dataset.pixels(1) == Fixtures.noise(3072, seed: 5))
    // Names that are not all different name nothing.
    try folder.write(Array((0..<100).map { "name\($0 % 99)" }.joined(separator: "\n").utf8), to: "fine_label_names.txt")
    #expect(try openingFails(CIFAR100()).problem == "names a class twice")
    try FileManager.default.removeItem(atPath: folder.file("fine_label_names.txt"))
    #expect(try DatasetSplits.open(specification(CIFAR100()), seed: 1).classNames[99] == "class 99")
  }

  @Test("a file of class names that cannot be used is an error")
  func classNames() throws {
    try Fixtures.writeCIFAR10(to: folder, "")
    let path = folder.file("batches.meta.txt")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(try openingFails(CIFAR10()).description == "\(path): is not a file")
    try FileManager.default.removeItem(atPath: path)
    for (bytes, problem) in [
      (Array("cat dog".utf8), "has 2 names, expected 10"), ([0xFF], "is not UTF-8"),
      ([UInt8](repeating: 32, count: 70_000), "has 70000 bytes, too many for the names of classes"),
    ] {
      try folder.write(bytes, to: "batches.meta.txt")
      let error = try openingFails(CIFAR10())
      #expect(error.location == path && error.problem == problem)
    }
  }

  @Test func missingFilesAreNamedWithWhereToGetThem() throws {
    let nothing = try openingFails(CIFAR10()).description
    #expect(nothing.hasPrefix("\(folder.path): no cifar10 here; expected data_batch_1.bin, data_batch_2.bin, "))
    #expect(nothing.hasSuffix("lockstep data fetch cifar10 --data \(folder.path)"))
    try Fixtures.writeCIFAR10(to: folder, "")
    try FileManager.default.removeItem(atPath: folder.file("data_batch_3.bin"))
    #expect(
      try openingFails(CIFAR10()).description.hasPrefix("\(folder.path): data_batch_3.bin missing; get the files"))
    let specification = DatasetSpecification(MNIST(), path: "/nowhere/at/all")
    let error = try #require(throws: DataError.self) { try DatasetSplits.open(specification, seed: 1) }
    #expect(error.description.hasPrefix("/nowhere/at/all: no such folder; expected train-images-idx3-ubyte, "))
    #expect(error.description.hasSuffix("lockstep data fetch mnist --data /nowhere/at/all"))
  }

  @Test func truncatedAndMislabelledCIFARNamesFileRecordAndByte() throws {
    try Fixtures.writeCIFAR10(to: folder, "")
    let whole = try folder.read("data_batch_2.bin")
    let path = try folder.write(whole.dropLast(100), to: "data_batch_2.bin")
    #expect(try openingFails(CIFAR10()).location == "\(path), record 2, byte \(3 * 3073 - 100)")
    try folder.write(whole.dropLast(3073), to: "data_batch_2.bin")
    #expect(try openingFails(CIFAR10()).description.contains("truncated: 2 records where another batch has 3"))
    var mislabelled = whole
    mislabelled[3073] = 10
    try folder.write(mislabelled, to: "data_batch_2.bin")
    let error = try openingFails(CIFAR10())
    #expect(error.location == "\(path), record 1, byte 3073" && error.problem == "label 10 is not below 10")
    #expect(error.advice == "fetch it again: lockstep data fetch cifar10 --data \(folder.path)")
  }

  @Test func damagedIDXNamesFileRecordAndByte() throws {
    try Fixtures.writeIDX(to: folder)
    let images = folder.file("train-images-idx3-ubyte")
    let labels = folder.file("train-labels-idx1-ubyte")
    let whole = try folder.read("train-images-idx3-ubyte")
    let wholeLabels = try folder.read("train-labels-idx1-ubyte")

    try folder.write(whole.dropLast(16), to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).location == "\(images), record 21, byte \(16 + 23 * 15 - 16)")
    try folder.write(whole + [0], to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).problem == "has 1 bytes more than its header promises")
    try folder.write([0, 0, 8], to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).problem == "ends at byte 3, within the header of an IDX file")
    try folder.write([0, 0, 9, 3] + whole.dropFirst(4), to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).location == "\(images), byte 0")
    // A header of 2³² − 1 by 2³² − 1 pixels must not overflow.
    try folder.write([0, 0, 8, 3, 0, 0, 0, 1] + [UInt8](repeating: 255, count: 8), to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).location == "\(images), byte 8")
    try folder.write(wholeLabels, to: "train-images-idx3-ubyte")
    #expect(try openingFails(IDXImages()).problem == "has 1 dimensions, expected 3")
    try folder.write(whole, to: "train-images-idx3-ubyte")

    try folder.write(Fixtures.idx(shape: [22], [UInt8](repeating: 1, count: 22)), to: "train-labels-idx1-ubyte")
    #expect(try openingFails(IDXImages()).problem == "has 22 labels for the 23 images of \(images)")
    var mislabelled = wholeLabels
    mislabelled[8 + 17] = 77
    try folder.write(mislabelled, to: "train-labels-idx1-ubyte")
    #expect(try openingFails(MNIST()).location == "\(labels), record 17, byte 25")
  }

  @Test func theBundledDigitsAreReadAndStratified() throws {
    let splits = try DatasetSplits.open(DatasetSpecification(), seed: 1)
    let test = try #require(splits.test)
    #expect(splits.training.count == 4000 && test.count == 1000 && splits.sampleShape == [28, 28, 1])
    for digit in Int32(0)...9 {
      #expect(splits.training.dataset.labels.count { $0 == digit } == 400)
      #expect(test.dataset.labels.count { $0 == digit } == 100)
    }
    // Digits are light on black, and the border is empty.
    let pixels = try splits.training.dataset.pixels(0)
    #expect(pixels[0] == 0 && pixels.contains { $0 > 200 })
  }

  @Test func theNovelIsReadable() throws {
    let text = try FileContents.open(BundledData.novel()).withBytes { String(decoding: $0, as: UTF8.self) }
    #expect(text.hasPrefix("PRIDE AND PREJUDICE\n\nBy Jane Austen") && text.count == 684_768)
  }

  @Test func damagedGzipIsSaid() throws {
    let whole = try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: BundledData.mnist5k() + "/t10k-labels-idx1-ubyte.gz")))
    let cut = try folder.write(whole.dropLast(40), to: "cut.gz")
    #expect(throws: DataError(cut, "the gzip data end early", advice: "fetch the file again")) {
      try FileContents.open(cut)
    }
    let plain = try folder.write(Array("much too plain to be gzip".utf8), to: "plain.gz")
    #expect(throws: DataError(plain, "not a gzip file", advice: "fetch the file again")) {
      try FileContents.open(plain)
    }
    let path = try folder.write(whole, to: "whole.gz")
    #expect(try FileContents.open(path).count == 1008)
    let advice = "unpack it with gunzip and give the plain file, or raise data.max_inflated_bytes"
    #expect(throws: DataError(path, "it inflates to more than 1000 bytes", advice: advice)) {
      try FileContents.open(path, inflatingAtMost: 1000)
    }
    // Two files in one are one.
    #expect(try FileContents.open(folder.write(whole + whole, to: "twice.gz")).count == 2016)
  }

  @Test func syntheticDataHaveTheirShape() throws {
    let wanted = DatasetSpecification.synthetic(shape: [17], classes: 3, count: 50)
    let splits = try DatasetSplits.open(wanted, seed: 1)
    #expect(splits.sampleShape == [17] && splits.training.count == 50 && splits.test?.count == 5)
    #expect(Set(splits.training.dataset.labels) == [0, 1, 2])
    let again = try DatasetSplits.open(wanted, seed: 1)
    let other = try DatasetSplits.open(wanted, seed: 2)
    #expect(try splits.training.dataset.pixels(7) == again.training.dataset.pixels(7))
    #expect(try splits.training.dataset.pixels(7) != other.training.dataset.pixels(7))
  }
}
