import Configuration

/// MNIST (LeCun et al., 1998).
package struct MNIST: ImageRecordSettings {
  package init() {}

  package static var form: Form<MNIST> {
    Form("mnist", "MNIST: 70 000 handwritten digits, IDX files", template: MNIST(), example: MNIST())
  }

  package static var origin: DatasetOrigin { .download(.mnist) }
  package var nominalShape: NominalShape { NominalShape(sample: [28, 28, 1], classes: 10) }
  package var trainingCount: Int? { 60_000 }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    try IDXDataset.openSplits(of: .mnist, data, opening)
  }
}

extension KnownDataset {
  static let mnist = KnownDataset(
    name: MNIST.form.name,
    summary: "MNIST: 60 000 + 10 000 handwritten digits, 28×28, grey",
    terms: "copyright Yann LeCun and Corinna Cortes; CC BY-SA 3.0 according to Keras",
    folders: ["mnist", "MNIST/raw"],
    files: idxFiles,
    remoteFiles: idxArchives(
      at: [
        "https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/",
      ],
      sizes: [9_912_422, 28_881, 1_648_877, 4_542],
      sha256: [
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ]),
    classNames: digits, readers: idxReaders(digits))
}

extension DatasetSpecification {
  /// MNIST, in the data directory.
  public static var mnist: Self { Self(MNIST()) }
}
