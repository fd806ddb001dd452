import Files

/// Data sets stored as MNIST is: four IDX files, plain or gzipped.
enum IDXDataset {
  static let trainingImages = "train-images-idx3-ubyte"
  static let trainingLabels = "train-labels-idx1-ubyte"
  static let testImages = "t10k-images-idx3-ubyte"
  static let testLabels = "t10k-labels-idx1-ubyte"

  /// Files of the training split. A folder with these is taken for the data set.
  static let trainingFiles = [trainingImages, trainingLabels]
  static let testFiles = [testImages, testLabels]
  static let ownFilesAdvice = "are files mixed up?"

  /// - Parameters:
  ///   - classNames: Names of the classes; nil numbers them up to the highest label.
  ///   - advice: Advice about a damaged file.
  ///   - limit: Most bytes that a `.gz` file may inflate to.
  static func open(
    images: String, labels: String, in folder: String, classNames: [String]?,
    advice: String, inflatingAtMost limit: Int = DatasetSpecification.defaultMaxInflatedBytes
  ) throws(DataError) -> RecordDataset {
    let imageFile = try IDXFile(try find(images, in: folder), dimensions: 3...4, inflatingAtMost: limit)
    let labelFile = try IDXFile(try find(labels, in: folder), dimensions: 1...1, inflatingAtMost: limit)
    let count = imageFile.shape[0]
    guard labelFile.shape[0] == count else {
      throw DataError(
        labelFile.file.path, "has \(labelFile.shape[0]) labels for the \(count) images of \(imageFile.file.path)",
        advice: advice)
    }
    guard count > 0 else { throw DataError(imageFile.file.path, "holds no images") }
    let values = labelFile.file.withBytes { Array($0[labelFile.offset...]) }
    if let classNames, let record = values.firstIndex(where: { Int($0) >= classNames.count }) {
      throw DataError(
        "\(labelFile.file.path), record \(record), byte \(labelFile.offset + record)",
        "label \(values[record]) is not below \(classNames.count)", advice: advice)
    }
    let highest = Int(values.max() ?? 0)
    let shape = ImageShape(
      height: imageFile.shape[1], width: imageFile.shape[2],
      channels: imageFile.shape.count == 4 ? imageFile.shape[3] : 1)
    return RecordDataset(
      imageShape: shape, layout: .interleaved, classNames: classNames ?? (0...highest).map(String.init),
      labels: values.map { Int32($0) },
      segments: [.init(file: imageFile.file, offset: imageFile.offset, stride: shape.count, count: count)])
  }

  /// The training files, and the test files if they exist or are required.
  ///
  /// - Parameter limit: Most bytes that a `.gz` file may inflate to.
  static func openSplits(
    in folder: String, classNames: [String]?, needsTest: Bool, advice: String, limit: Int
  ) throws(DataError) -> DatasetFiles {
    let training = try open(
      images: trainingImages, labels: trainingLabels, in: folder, classNames: classNames, advice: advice,
      inflatingAtMost: limit)
    guard needsTest || KnownDataset.exists(testImages, in: folder) else { return DatasetFiles(training: training) }
    let test = try open(
      images: testImages, labels: testLabels, in: folder, classNames: training.classNames, advice: advice,
      inflatingAtMost: limit)
    guard test.imageShape == training.imageShape else {
      throw DataError(
        folder, "test images are \(test.imageShape), training images \(training.imageShape)",
        advice: "are files mixed up?")
    }
    return DatasetFiles(training: training, test: test)
  }

  /// The files of a public data set.
  static func openSplits(
    of known: KnownDataset, _ data: DatasetSpecification, _ opening: DatasetOpening
  ) throws(DataError) -> DatasetFiles {
    let path = data.path ?? opening.dataDirectory
    return try openSplits(
      in: try known.locate(in: path), classNames: known.classNames, needsTest: true, advice: known.refetchAdvice(path),
      limit: data.maxInflatedBytes)
  }

  /// Path of the plain file, the gzipped one, or either under the other usual name ("train-images.idx3-ubyte").
  static func find(_ name: String, in folder: String) throws(DataError) -> String {
    for candidate in alternatives(name) where !Paths.isMissing(folder.appendingPath(candidate)) {
      return folder.appendingPath(candidate)
    }
    throw DataError(folder.appendingPath(name), "missing (and no \(name).gz either)", isWrongUse: true)
  }

  static func alternatives(_ name: String) -> [String] {
    let dotted = name.replacing("-idx", with: ".idx")
    return [name, name + ".gz", dotted, dotted + ".gz"]
  }
}
