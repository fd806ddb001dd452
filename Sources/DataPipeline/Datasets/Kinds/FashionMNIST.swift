import Configuration

/// Fashion-MNIST (Xiao et al., 2017).
package struct FashionMNIST: ImageRecordSettings {
  package init() {}

  package static var form: Form<FashionMNIST> {
    Form(
      "fashion-mnist", "Fashion-MNIST: 70 000 pieces of clothing, IDX files", template: FashionMNIST(),
      example: FashionMNIST())
  }

  package static var origin: DatasetOrigin { .download(.fashionMNIST) }
  package var nominalShape: NominalShape { NominalShape(sample: [28, 28, 1], classes: 10) }
  package var trainingCount: Int? { 60_000 }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    try IDXDataset.openSplits(of: .fashionMNIST, data, opening)
  }
}

extension KnownDataset {
  static let fashionMNIST = KnownDataset(
    name: FashionMNIST.form.name,
    summary: "Fashion-MNIST: 60 000 + 10 000 pictures of clothes, 28×28, grey",
    terms: "MIT (Zalando SE)",
    folders: ["fashion-mnist", "FashionMNIST/raw"],
    files: idxFiles,
    remoteFiles: idxArchives(
      at: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
      sizes: [26_421_880, 29_515, 4_422_102, 5_148],
      sha256: [
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ]),
    classNames: fashionNames, readers: idxReaders(fashionNames))

  private static let fashionNames = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]
}

extension DatasetSpecification {
  /// Fashion-MNIST, in the data directory.
  public static var fashionMNIST: Self { Self(FashionMNIST()) }
}
