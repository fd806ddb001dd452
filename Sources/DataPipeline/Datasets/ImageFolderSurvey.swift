import Configuration
import Files

/// Facts about a folder of images that decide how it is trained on: from the folders' lists and from files' headers.
public struct ImageFolderSurvey: Sendable, Equatable {
  public let classNames: [String]
  /// Training images of each class.
  public let counts: [Int]
  /// Whether the folder has images for validation, and for testing, of its own.
  public let hasValidation: Bool
  public let hasTest: Bool
  /// Median of the shorter sides of some images, in pixels.
  public let medianSide: Int
  /// Median of their longer sides, in pixels.
  public let medianLength: Int

  /// Most files whose headers are read.
  private static let measured = 200

  /// - Throws: If there are no classes with images.
  public init(of folder: String) throws(DataError) {
    guard try Paths.kind(of: folder) == .folder else {
      throw DataError(folder, "no such folder", isWrongUse: true)
    }
    let training = try ImageFolder.trainingFolder(in: folder)
    guard try Paths.kind(of: training) == .folder else {
      throw DataError(
        folder, "is neither a run folder nor a folder of images",
        advice: "images are expected as \(folder.appendingPath("CLASS/NAME.jpg")), or as "
          + "\(folder.appendingPath("train/CLASS/NAME.jpg")) and test/CLASS/NAME.jpg", isWrongUse: true)
    }
    var report = DataReport()
    let classes = try ClassFolder.all(in: training, report: &report)
    if let empty = classes.first(where: { $0.images.isEmpty }) {
      throw DataError(
        training.appendingPath(empty.name), "has no image files", advice: "remove the folder or fill it",
        isWrongUse: true)
    }
    guard classes.count > 1 else {
      throw DataError(
        training,
        "has \(classes.isEmpty ? "no folders" : "one folder") of images, and a classifier requires two classes",
        advice: "put the images of each class into a folder of its own", isWrongUse: true)
    }
    (classNames, counts) = (classes.map(\.name), classes.map(\.images.count))
    let isSplit = training != folder
    hasTest = isSplit && !Paths.isMissing(folder.appendingPath("test"))
    hasValidation = isSplit && ImageFolder.validationFolders.contains { !Paths.isMissing(folder.appendingPath($0)) }

    let files = classes.flatMap(\.images)
    let step = max(1, files.count / Self.measured)
    let sizes = stride(from: 0, to: files.count, by: step).compactMap { index in
      try? PixelImage.header(ofFile: files[index], limit: DatasetSpecification.defaultMaxImagePixels).size
    }
    guard !sizes.isEmpty else {
      throw DataError(files[0], "cannot be read, and neither can the other images that were tried")
    }
    medianSide = sizes.map { min($0.height, $0.width) }.sorted()[sizes.count / 2]
    medianLength = sizes.map { max($0.height, $0.width) }.sorted()[sizes.count / 2]
  }

  /// Number of training images.
  public var count: Int { counts.reduce(0, +) }
}
