/// The files of a specification, opened: the data sets of the training and the test files, not yet limited or divided.
struct DatasetFiles {
  var training: any ImageDataset
  /// A split of the files' own, which nothing is taken out of the training files for.
  var validation: (any ImageDataset)?
  var test: (any ImageDataset)?
  /// Images that were left out because they cannot be read.
  var unreadable: [DataError] = []
  var report = DataReport()

  static func open(
    _ specification: DatasetSpecification, dataDirectory: String?, seed: UInt64
  ) throws(DataError) -> DatasetFiles {
    let path = specification.path ?? dataDirectory
    switch specification.kind {
    case .synthetic:
      return DatasetFiles(
        training: synthetic(specification, part: 0, count: specification.syntheticCount, seed: seed),
        test: synthetic(specification, part: 1, count: max(1, specification.syntheticCount / 10), seed: seed))
    case .mnist5k:
      // Bundled, so the data directory is of no concern.
      let folder = if let path = specification.path { path } else { try BundledData.mnist5k() }
      return try openIDX(
        in: folder, classNames: KnownDataset.digits, needsTest: true, limit: specification.maxInflatedBytes)
    case .mnist, .fashionMNIST:
      let known = KnownDataset.named(specification.kind)
      return try openIDX(
        in: try known.locate(in: path), classNames: known.classNames, needsTest: true,
        advice: known.refetchAdvice(path),
        limit: specification.maxInflatedBytes)
    case .idx:
      let folder = try demand(path, kind: .idx, holds: IDXDataset.trainingFiles)
      return try openIDX(in: folder, classNames: nil, needsTest: false, limit: specification.maxInflatedBytes)
    case .cifar10, .cifar100:
      let variant: CIFARDataset.Variant = specification.kind == .cifar10 ? .cifar10 : .cifar100
      let known = KnownDataset.named(specification.kind)
      let (folder, advice) = (try known.locate(in: path), known.refetchAdvice(path))
      return DatasetFiles(
        training: try CIFARDataset.open(variant, files: variant.trainingFiles, in: folder, advice: advice),
        test: try CIFARDataset.open(variant, files: variant.testFiles, in: folder, advice: advice))
    case .text, .novel, .labelledText: preconditionFailure("a text has no image files")
    case .imageFolder:
      let folder = try demand(path, kind: .imageFolder, holds: ["train/CLASS/NAME.jpg", "test/CLASS/NAME.jpg"])
      return try openImages(in: folder, specification)
    }
  }

  private static func synthetic(
    _ specification: DatasetSpecification, part: UInt32, count: Int, seed: UInt64
  ) -> SyntheticDataset {
    SyntheticDataset(
      sampleShape: specification.syntheticShape, classCount: specification.syntheticClasses, count: count, seed: seed,
      part: part)
  }

  private static func openIDX(
    in folder: String, classNames: [String]?, needsTest: Bool, advice: String = IDXDataset.ownFilesAdvice,
    limit: Int
  ) throws(DataError) -> DatasetFiles {
    let training = try IDXDataset.open(
      images: IDXDataset.trainingImages, labels: IDXDataset.trainingLabels, in: folder, classNames: classNames,
      advice: advice, inflatingAtMost: limit)
    let hasTest = KnownDataset.exists(IDXDataset.testImages, in: folder)
    guard needsTest || hasTest else { return DatasetFiles(training: training) }
    let test = try IDXDataset.open(
      images: IDXDataset.testImages, labels: IDXDataset.testLabels, in: folder, classNames: training.classNames,
      advice: advice, inflatingAtMost: limit)
    guard test.imageShape == training.imageShape else {
      throw DataError(
        folder, "test images are \(test.imageShape), training images \(training.imageShape)",
        advice: "are files mixed up?")
    }
    return DatasetFiles(training: training, test: test)
  }

  /// The user's own data have no usual place.
  private static func demand(
    _ path: String?, kind: DatasetSpecification.Kind, holds files: [String]
  ) throws(DataError) -> String {
    let expected = "expected there: \(files.joined(separator: ", "))"
    guard let path else {
      throw DataError(
        "data.path", "is not given for \(kind.rawValue)", advice: "give it or --data; \(expected)", isWrongUse: true)
    }
    guard try PathKind(path) == .folder else {
      throw DataError(path, "no such folder", advice: expected, isWrongUse: true)
    }
    return path
  }
}
