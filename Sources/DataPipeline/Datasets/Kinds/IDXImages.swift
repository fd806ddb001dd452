import Configuration

/// Images of the user's own in IDX files, named as MNIST's.
package struct IDXImages: ImageRecordSettings {
  package init() {}

  package static var form: Form<IDXImages> {
    Form("idx", "IDX files of your own, named as MNIST's, also `.gz`", template: IDXImages(), example: IDXImages())
  }

  package static var origin: DatasetOrigin { .user }
  package var nominalShape: NominalShape { NominalShape(sample: [28, 28, 1], sampleIsAssumed: true) }
  package var trainingCount: Int? { nil }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    try IDXDataset.openSplits(
      in: try data.requireFolder(opening, holds: IDXDataset.trainingFiles), classNames: nil, needsTest: false,
      advice: IDXDataset.ownFilesAdvice, limit: data.maxInflatedBytes)
  }
}

extension DatasetSpecification {
  /// IDX files of the user's own, named as MNIST's.
  ///
  /// - Parameter path: Their folder; nil looks in the data directory.
  public static func idx(path: String? = nil) -> Self { Self(IDXImages(), path: path) }
}
