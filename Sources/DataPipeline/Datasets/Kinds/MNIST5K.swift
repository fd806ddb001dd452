import Configuration

/// The digits of MNIST that come with the program.
package struct MNIST5K: ImageRecordSettings {
  package init() {}

  package static var form: Form<MNIST5K> {
    Form(
      "mnist-5k",
      "5 000 handwritten digits that come with Lockstep, 28×28, 4 000 to train and 1 000 to test", template: MNIST5K(),
      example: MNIST5K())
  }

  package static var origin: DatasetOrigin {
    .bundled(
      files: BundledData.mnist5kFiles, summary: "4 000 + 1 000 handwritten digits of MNIST, 28×28, grey",
      terms: "see NOTICE")
  }

  package var nominalShape: NominalShape { NominalShape(sample: [28, 28, 1], classes: 10) }
  package var trainingCount: Int? { 4000 }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    // Bundled data do not lie in the data directory.
    let folder = if let path = data.path { path } else { try BundledData.mnist5k() }
    return try IDXDataset.openSplits(
      in: folder, classNames: KnownDataset.digits, needsTest: true, advice: IDXDataset.ownFilesAdvice,
      limit: data.maxInflatedBytes)
  }
}

extension DatasetSpecification {
  /// The 5 000 digits of MNIST that come with the program.
  public static var mnist5k: Self { Self(MNIST5K()) }
}
