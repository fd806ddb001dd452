import Files

/// Data whose samples are images, or lists of numbers, with a class each.
package protocol ImageDatasetSettings: DatasetSettings {
  /// Opens the files of the splits, which are then limited and divided as the specification says.
  func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles
}

extension ImageDatasetSettings {
  package var samples: SampleContent { .images }

  package func open(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetSplits {
    try DatasetSplits(images: try openFiles(data, opening), data, opening)
  }
}

/// The files of a data set of images, opened: not yet limited or divided.
package struct DatasetFiles {
  var training: any ImageDataset
  /// A validation split with files of its own, so that none is taken out of the training files.
  var validation: (any ImageDataset)?
  var test: (any ImageDataset)?
  /// Images that were left out because they cannot be read.
  var unreadable: [DataError] = []
  var report = DataReport()
}

extension DatasetSpecification {
  /// The user's folder, since such data have no usual location.
  ///
  /// - Parameter files: Names of the expected files.
  func requireFolder(_ opening: DatasetOpening, holds files: [String]) throws(DataError) -> String {
    let expected = "expected there: \(files.joined(separator: ", "))"
    guard let path = path ?? opening.dataDirectory else {
      throw DataError(
        "data.path", "is not given for \(name)", advice: "give it or --data; \(expected)", isWrongUse: true)
    }
    guard try Paths.kind(of: path) == .folder else {
      throw DataError(path, "no such folder", advice: expected, isWrongUse: true)
    }
    return path
  }
}
