import Files

extension ImageFolder {
  /// Names of the folder of a validation split, in the order in which they are looked for.
  static let validationFolders = ["val", "validation", "valid"]

  /// `train` or, in a folder with neither splits nor images of its own, the folder itself: `photos/CLASS/NAME.jpg`.
  static func trainingFolder(in folder: String) throws(DataError) -> String {
    let usual = folder.appendingPath("train")
    if try Paths.kind(of: usual) != nil { return usual }
    for split in ["test"] + validationFolders where try Paths.kind(of: folder.appendingPath(split)) != nil {
      return usual
    }
    var report = DataReport()
    let classes = try ClassFolder.all(in: folder, report: &report)
    return classes.contains { !$0.images.isEmpty } ? folder : usual
  }

  /// `train`, `test` and the folder's own validation split; or, in a folder of classes alone, all images for training.
  ///
  /// - Parameters:
  ///   - takesValidation: Whether the validation split is taken out of `train`.
  ///   - cache: Where decoded images are kept.
  func openFiles(
    in folder: String, takesValidation: Bool, _ cache: ImageCacheSettings
  ) throws(DataError) -> DatasetFiles {
    let trainingFolder = try Self.trainingFolder(in: folder)
    let testFolder = folder.appendingPath("test")
    guard try Paths.kind(of: trainingFolder) == .folder else {
      throw DataError(
        trainingFolder, "no such folder",
        advice: "images are expected as \(trainingFolder)/CLASS/NAME.jpg (\(ImageFormat.readable)), "
          + "and, if there is a test split, as \(testFolder)/CLASS/NAME.jpg", isWrongUse: true)
    }
    var images = SplitReader(settings: self, takesValidation: takesValidation, cache: cache)
    let training = try images.read(trainingFolder)
    images.training = training.base
    if trainingFolder == folder {
      return DatasetFiles(training: training, unreadable: images.unreadable, report: images.report)
    }
    var validation: (any ImageDataset)?
    if let path = try images.validationFolder(in: folder) {
      let found = try images.read(path)
      images.report.remarks.append(
        "validation split: \(found.count) images of \(path) (data.validation_folder: false leaves them out)")
      validation = found
    }
    let test = Paths.isMissing(testFolder) ? nil : try images.read(testFolder)
    return DatasetFiles(
      training: training, validation: validation, test: test, unreadable: images.unreadable, report: images.report)
  }
}

/// Reads the folders of a data set's splits, and reports the files that are not used.
private struct SplitReader {
  let settings: ImageFolder
  let takesValidation: Bool
  let cache: ImageCacheSettings
  /// The training split. The other splits take its classes and its size of images.
  var training: ImageFolderDataset?
  var unreadable: [DataError] = []
  var report = DataReport()

  init(settings: ImageFolder, takesValidation: Bool, cache: ImageCacheSettings) {
    (self.settings, self.takesValidation, self.cache) = (settings, takesValidation, cache)
  }

  /// The images of a folder, with a cache of decoded pixels.
  mutating func read(_ folder: String) throws(DataError) -> CachedImageFolder {
    let images = try ImageFolderDataset(
      folder: folder, classNames: training?.classNames, size: settings.size, settings.sizing,
      shape: training?.imageShape, maxPixels: settings.maxPixels)
    report.add(images.report)
    let cached = cached(images, folder)
    guard settings.skipBadImages else { return cached }
    let (readable, problems) = try cached.withoutUnreadable()
    unreadable += problems
    report.omissions += problems.map { .init($0.location, "images that cannot be read", detail: $0.problem) }
    return readable
  }

  private mutating func cached(_ images: ImageFolderDataset, _ folder: String) -> CachedImageFolder {
    let (cached, refusal) = CachedImageFolder.make(images, folder: folder, cache)
    let size = images.count * images.imageShape.count
    // Images that fit in memory are decoded once a run, so a file is not missed.
    if let refusal, size > cache.memoryBudget {
      report.remarks.append(
        "decoded images are not kept on disk: \(refusal.reason); those beyond \(cache.memoryBudget >> 20) MB are decoded in "
          + "every epoch (--cache DIR names another folder)")
    }
    return cached
  }

  /// The folder of the validation split, if there is one and the configuration does not say otherwise. Other contents beside the
  /// training folder are reported.
  mutating func validationFolder(in folder: String) throws(DataError) -> String? {
    let listing = try FolderListing(of: folder)
    var candidates: [String] = []
    for name in ImageFolder.validationFolders where listing.names.contains(name) {
      if try Paths.kind(of: folder.appendingPath(name)) == .folder { candidates.append(name) }
    }
    let isWanted = settings.usesValidationFolder && !takesValidation
    let chosen = isWanted ? candidates.first : nil
    for name in listing.names where !["train", "test", chosen].contains(name) {
      let path = folder.appendingPath(name)
      guard try Paths.kind(of: path) == .folder else { continue }
      let reason =
        if !candidates.contains(name) {
          "folders beside train and test"
        } else if chosen != nil {
          "folders beside the one of the validation split"
        } else if takesValidation {
          "folders of a validation split, since data.validation takes it out of train"
        } else {
          "folders of a validation split, as data.validation_folder says"
        }
      report.omissions.append(.init(path, reason))
    }
    report.omissions += listing.escapedNames.map { .init(folder.appendingPath($0), ClassFolder.nameReason) }
    return chosen.map { folder.appendingPath($0) }
  }
}
