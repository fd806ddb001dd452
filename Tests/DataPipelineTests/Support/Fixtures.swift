import Foundation

@testable import DataPipeline

/// Files in the formats that are read, small, and made here.
enum Fixtures {
  /// An IDX file of bytes.
  static func idx(shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    precondition(elements.count == shape.reduce(1, *))
    return [0, 0, 8, UInt8(shape.count)]
      + shape.flatMap { size in withUnsafeBytes(of: UInt32(size).bigEndian) { Array($0) } } + elements
  }

  /// Bytes without a pattern that a wrong stride could meet by chance.
  static func noise(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 + seed) &* ($0 + seed) &* 31 &+ ($0 / 7) &* 13 &+ seed) }
  }

  /// Training and test files of a made-up set of grey images, `height`×`width`, labels going round 0 ..< 10.
  static func writeIDX(
    to folder: TemporaryFolder, _ subfolder: String = "", training: Int = 23, test: Int = 7, height: Int = 5,
    width: Int = 3
  ) throws {
    for (prefix, count, seed) in [("train", training, 1), ("t10k", test, 2)] {
      let base = subfolder.isEmpty ? prefix : subfolder + "/" + prefix
      try folder.write(
        idx(shape: [count, height, width], noise(count * height * width, seed: seed)),
        to: base + "-images-idx3-ubyte")
      try folder.write(
        idx(shape: [count], (0..<count).map { UInt8($0 % 10) }), to: base + "-labels-idx1-ubyte")
    }
  }

  /// A CIFAR-10 record.
  static func cifarRecord(label: UInt8, seed: Int) -> [UInt8] { [label] + noise(3072, seed: seed) }

  /// CIFAR-10's six files with so many records each.
  static func writeCIFAR10(to folder: TemporaryFolder, _ subfolder: String, recordsPerFile: Int = 3) throws {
    for (number, name) in (CIFARDataset.Variant.cifar10.trainingFiles + ["test_batch.bin"]).enumerated() {
      let records = (0..<recordsPerFile).flatMap { record in
        cifarRecord(label: UInt8((number + record) % 10), seed: 100 * number + record)
      }
      try folder.write(records, to: subfolder + "/" + name)
    }
  }

  /// A PNG of one colour with a mark in its upper left corner.
  static func png(height: Int, width: Int, value: UInt8) -> [UInt8] {
    var pixels = [UInt8](repeating: value, count: height * width * 3)
    pixels[0] = 255 - value
    return PixelImage(height: height, width: width, channels: 3, pixels: pixels).pngData()
  }

  /// The bytes of a file in the test bundle.
  static func resource(_ name: String) throws -> Data {
    try Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Resources").appendingPathComponent(name))
  }
}

/// The whole of a record, in the order of its bytes.
extension ImageDataset {
  func pixels(_ record: Int) throws -> [UInt8] {
    try withPixels(ofRecord: record) { Array(UnsafeBufferPointer(start: $0, count: imageShape.count)) }
  }
}

/// A data set in memory, some of whose records may fail.
struct MemoryDataset: ImageDataset {
  var imageShape: ImageShape
  var layout = PixelLayout.interleaved
  var classNames = ["a", "b", "c"]
  var labels: [Int32]
  var records: [[UInt8]]
  var failing: Set<Int> = []
  var decodesOnRead = false

  init(count: Int, shape: ImageShape = ImageShape(height: 2, width: 3, channels: 1)) {
    imageShape = shape
    labels = (0..<count).map { Int32($0 % 3) }
    records = (0..<count).map { Fixtures.noise(shape.count, seed: 10 * $0) }
  }

  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    if failing.contains(record) { throw DataError("record \(record)", "cannot be read") }
    return records[record].withUnsafeBufferPointer { body($0.baseAddress!) }
  }
}
