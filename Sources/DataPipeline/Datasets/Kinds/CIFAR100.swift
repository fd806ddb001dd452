import Configuration

/// CIFAR-100 (Krizhevsky, 2009).
package struct CIFAR100: ImageRecordSettings {
  package init() {}

  package static var form: Form<CIFAR100> {
    Form("cifar100", "CIFAR-100: the same in 100 classes", template: CIFAR100(), example: CIFAR100())
  }

  package static var origin: DatasetOrigin { .download(.cifar100) }
  package var nominalShape: NominalShape { NominalShape(sample: [32, 32, 3], classes: 100) }
  package var trainingCount: Int? { 50_000 }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    try CIFARDataset.openSplits(.cifar100, of: .cifar100, data, opening)
  }
}

extension KnownDataset {
  static let cifar100 = KnownDataset(
    name: CIFAR100.form.name,
    summary: "CIFAR-100: 50 000 + 10 000 colour images, 32×32, a hundred classes",
    terms: cifar10.terms,
    folders: [CIFARDataset.Variant.cifar100.folderName, "cifar100", "cifar100/cifar-100-binary"],
    files: [LocalFile("train.bin", size: 153_700_000), LocalFile("test.bin", size: 30_740_000)],
    remoteFiles: [
      RemoteFile(
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"], name: "cifar-100-binary.tar.gz",
        size: 168_513_733, sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        unpacking: .tar)
    ], readers: cifarReaders(.cifar100))
}

extension DatasetSpecification {
  /// CIFAR-100, in the data directory.
  public static var cifar100: Self { Self(CIFAR100()) }
}
