extension KnownDataset {
  static let digits = (0...9).map { String($0) }

  // Sizes and SHA-256 of the archives are those that TensorFlow Datasets records (url_checksums).

  static let idxFiles = [
    LocalFile(IDXDataset.trainingImages, size: 47_040_016), LocalFile(IDXDataset.trainingLabels, size: 60_008),
    LocalFile(IDXDataset.testImages, size: 7_840_016), LocalFile(IDXDataset.testLabels, size: 10_008),
  ]

  static func idxArchives(at locations: [String], sizes: [Int], sha256: [String]) -> [RemoteFile] {
    idxFiles.indices.map { number in
      let name = idxFiles[number].name + ".gz"
      return RemoteFile(
        addresses: locations.map { $0 + name }, name: name, size: sizes[number], sha256: sha256[number],
        unpacking: .gunzip)
    }
  }

  static func idxReaders(_ classNames: [String]) -> [Reader] {
    [idxReader(IDXDataset.trainingFiles, classNames), idxReader(IDXDataset.testFiles, classNames)]
  }

  /// Reads the files of a split.
  private static func idxReader(_ files: [String], _ classNames: [String]) -> Reader {
    { (folder: String, advice: String) throws(DataError) in
      _ = try IDXDataset.open(
        images: files[0], labels: files[1], in: folder, classNames: classNames, advice: advice)
    }
  }

  static func cifarReaders(_ variant: CIFARDataset.Variant) -> [Reader] {
    var readers: [Reader] = []
    for file in variant.trainingFiles + variant.testFiles { readers.append(cifarReader(variant, file)) }
    return readers
  }

  /// Reads a file.
  private static func cifarReader(_ variant: CIFARDataset.Variant, _ file: String) -> Reader {
    { (folder: String, advice: String) throws(DataError) in
      _ = try CIFARDataset.open(variant, files: [file], in: folder, advice: advice)
    }
  }
}
