import Configuration

/// CIFAR-10 (Krizhevsky, 2009).
package struct CIFAR10: ImageRecordSettings {
  package init() {}

  package static var form: Form<CIFAR10> {
    Form(
      "cifar10", "CIFAR-10: 60 000 colour images 32×32 in 10 classes, binary version", template: CIFAR10(),
      example: CIFAR10())
  }

  package static var origin: DatasetOrigin { .download(.cifar10) }
  package var nominalShape: NominalShape { NominalShape(sample: [32, 32, 3], classes: 10) }
  package var trainingCount: Int? { 50_000 }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    try CIFARDataset.openSplits(.cifar10, of: .cifar10, data, opening)
  }
}

extension KnownDataset {
  static let cifar10 = KnownDataset(
    name: CIFAR10.form.name,
    summary: "CIFAR-10: 50 000 + 10 000 colour images, 32×32, ten classes",
    terms: "research use; cite Krizhevsky, Learning multiple layers of features from tiny images (2009)",
    folders: [CIFARDataset.Variant.cifar10.folderName, "cifar10", "cifar10/cifar-10-batches-bin"],
    files: (1...5).map { LocalFile("data_batch_\($0).bin", size: 30_730_000) } + [
      LocalFile("test_batch.bin", size: 30_730_000)
    ],
    remoteFiles: [
      RemoteFile(
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"], name: "cifar-10-binary.tar.gz",
        size: 170_052_171, sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        unpacking: .tar)
    ], readers: cifarReaders(.cifar10))
}

extension DatasetSpecification {
  /// CIFAR-10, in the data directory.
  public static var cifar10: Self { Self(CIFAR10()) }
}
