extension KnownDataset {
  static let digits = (0...9).map { String($0) }

  /// Every data set that can be fetched, in the order of `lockstep data list`.
  public static let all = [mnist, fashionMNIST, cifar10, cifar100]

  static func named(_ kind: DatasetSpecification.Kind) -> KnownDataset {
    guard let known = all.first(where: { $0.kind == kind }) else {
      preconditionFailure("\(kind.rawValue) is no public data set")
    }
    return known
  }

  // Sizes and SHA-256 of the archives are those that TensorFlow Datasets records (url_checksums).

  static let mnist = KnownDataset(
    kind: .mnist,
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
    classNames: digits)

  static let fashionMNIST = KnownDataset(
    kind: .fashionMNIST,
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
    classNames: [
      "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ])

  static let cifar10 = KnownDataset(
    kind: .cifar10,
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
    ])

  static let cifar100 = KnownDataset(
    kind: .cifar100,
    summary: "CIFAR-100: 50 000 + 10 000 colour images, 32×32, a hundred classes",
    terms: cifar10.terms,
    folders: [CIFARDataset.Variant.cifar100.folderName, "cifar100", "cifar100/cifar-100-binary"],
    files: [LocalFile("train.bin", size: 153_700_000), LocalFile("test.bin", size: 30_740_000)],
    remoteFiles: [
      RemoteFile(
        addresses: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"], name: "cifar-100-binary.tar.gz",
        size: 168_513_733, sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        unpacking: .tar)
    ])

  private static let idxFiles = [
    LocalFile(IDXDataset.trainingImages, size: 47_040_016), LocalFile(IDXDataset.trainingLabels, size: 60_008),
    LocalFile(IDXDataset.testImages, size: 7_840_016), LocalFile(IDXDataset.testLabels, size: 10_008),
  ]

  private static func idxArchives(at places: [String], sizes: [Int], sha256: [String]) -> [RemoteFile] {
    idxFiles.indices.map { number in
      let name = idxFiles[number].name + ".gz"
      return RemoteFile(
        addresses: places.map { $0 + name }, name: name, size: sizes[number], sha256: sha256[number],
        unpacking: .gunzip)
    }
  }
}
