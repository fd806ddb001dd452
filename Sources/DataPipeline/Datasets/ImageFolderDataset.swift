import Configuration
import Files
import Hashing
import Tensors

/// Image files in a folder for each class: `CLASS/NAME.jpg`. Images are decoded to RGB when they are read.
///
/// Files with other suffixes are used too if their first bytes are those of an image file. `report` lists the files that are left
/// out.
///
/// Classes are numbered by the byte order of their names. Records take a file of each class in turn, in the byte order of its
/// file names, so the first (or last) records come from all classes.
struct ImageFolderDataset: ImageDataset {
  let imageShape: ImageShape
  let layout = PixelLayout.interleaved
  let classNames: [String]
  let labels: [Int32]
  let paths: [String]
  let decodesOnRead = true
  /// How images of another size are scaled; nil refuses them.
  let sizing: ImageSizing?

  /// The files of the folder that are not used.
  let report: DataReport
  /// Most pixels of a file.
  let maxPixels: Int

  /// - Parameters:
  ///   - classNames: Classes of the training split, for the test split; nil takes the folders' names.
  ///   - size: Size that images are scaled to; nil takes `shape`, or else the first readable image's size.
  ///   - sizing: How they are scaled.
  ///   - maxPixels: Most pixels of a file.
  init(
    folder: String, classNames known: [String]?, size: Extent?, _ sizing: ImageSizing = ImageSizing(),
    shape: ImageShape? = nil, maxPixels: Int = DatasetSpecification.defaultMaxImagePixels
  ) throws(DataError) {
    var report = DataReport()
    let found = try ClassFolder.all(in: folder, report: &report)
    guard !found.isEmpty else {
      throw DataError(
        folder, "has no folders of classes" + report.appendix,
        advice: "expected \(folder.appendingPath("CLASS/NAME.jpg"))", isWrongUse: true)
    }
    // Equal strings may be spelled in two ways: `é`, or `e` and an accent.
    if let known, let stranger = found.first(where: { !known.contains($0.name) }) {
      throw DataError(folder.appendingPath(stranger.name), "is a class that the training split does not have")
    }
    if known == nil, let empty = found.first(where: { $0.images.isEmpty }) {
      throw DataError(
        folder.appendingPath(empty.name), "has no image files" + empty.report.appendix,
        advice: "remove the folder or fill it")
    }
    let names = known ?? found.map(\.name)
    let images = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.images) })
    for classFolder in found { report.add(classFolder.report) }
    classNames = names
    (paths, labels) = Self.interleave(names.map { images[$0] ?? [] })
    guard !paths.isEmpty else { throw DataError(folder, "has no image files" + report.appendix) }
    report.remarks += InkSurvey(of: paths, limit: maxPixels).remarks
    self.sizing = size == nil ? nil : sizing
    self.report = report
    self.maxPixels = maxPixels
    if let size {
      imageShape = ImageShape(height: size.height, width: size.width, channels: 3)
    } else {
      imageShape = if let shape { shape } else { try Self.firstShape(of: paths, maxPixels: maxPixels) }
    }
  }

  private init(_ other: ImageFolderDataset, keeping records: [Int]) {
    (imageShape, classNames, sizing) = (other.imageShape, other.classNames, other.sizing)
    (report, maxPixels) = (other.report, other.maxPixels)
    labels = records.map { other.labels[$0] }
    paths = records.map { other.paths[$0] }
  }

  func file(ofRecord record: Int) -> String? { paths[record] }

  func fileIdentity(ofRecord record: Int, seed: UInt64) -> UInt64 {
    var text = paths[record].lastPathComponent
    if let size = try? Paths.size(of: paths[record]) { text += " \(size)" }
    return Array(text.utf8).withUnsafeBytes { Digest.of($0, seed: seed) }
  }

  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    try pixels(ofRecord: record).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an image without pixels") }
      return body(base)
    }
  }

  /// Decodes and scales a record's image.
  func pixels(ofRecord record: Int) throws(DataError) -> [UInt8] {
    let path = paths[record]
    let image: PixelImage
    do throws(DataError) {
      image = try decoded(path)
    } catch {
      throw error.offeringToSkip
    }
    if (image.height, image.width) != (imageShape.height, imageShape.width) {
      throw DataError(
        path, "is \(image.height)×\(image.width), the other images are \(imageShape.height)×\(imageShape.width)",
        advice: "set data.image_size to scale all images to one size")
    }
    return image.pixels
  }

  private func decoded(_ path: String) throws(DataError) -> PixelImage {
    let size = sizing == nil ? nil : Extent(height: imageShape.height, width: imageShape.width)
    return try PixelImage(contentsOf: path, limit: maxPixels, size: size, sizing ?? ImageSizing())
  }

  /// The data set with some of its records, in their order.
  func keeping(_ records: [Int]) -> ImageFolderDataset { ImageFolderDataset(self, keeping: records) }

  /// The reason why a record's image cannot be decoded; nil if it can, whatever its size.
  func fault(ofRecord record: Int) -> DataError? {
    do throws(DataError) {
      _ = try decoded(paths[record])
      return nil
    } catch {
      return error
    }
  }

  private static func interleave(_ files: [[String]]) -> (paths: [String], labels: [Int32]) {
    var paths: [String] = []
    var labels: [Int32] = []
    for turn in 0..<(files.map(\.count).max() ?? 0) {
      for (label, names) in files.enumerated() where turn < names.count {
        paths.append(names[turn])
        labels.append(Int32(label))
      }
    }
    return (paths, labels)
  }

  private static func firstShape(of paths: [String], maxPixels: Int) throws(DataError) -> ImageShape {
    for path in paths {
      if let image = try? PixelImage(contentsOf: path, limit: maxPixels) {
        return ImageShape(height: image.height, width: image.width, channels: 3)
      }
    }
    throw DataError(paths[0], "unreadable, like all \(paths.count) images")
  }
}
