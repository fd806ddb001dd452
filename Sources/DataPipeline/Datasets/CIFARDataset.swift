import Files

/// CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their binary form: records of one (two) label bytes and 3072 pixel
/// bytes, `[3, 32, 32]`.
enum CIFARDataset {
  enum Variant {
    case cifar10, cifar100

    var folderName: String { self == .cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary" }
    var trainingFiles: [String] {
      self == .cifar10 ? (1...5).map { "data_batch_\($0).bin" } : ["train.bin"]
    }
    var testFiles: [String] { self == .cifar10 ? ["test_batch.bin"] : ["test.bin"] }
    var classCount: Int { self == .cifar10 ? 10 : 100 }
    /// CIFAR-100 has a coarse label (of 20) before the fine one.
    var labelBytes: Int { self == .cifar10 ? 1 : 2 }
    var namesFile: String { self == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt" }
  }

  private static let shape = ImageShape(height: 32, width: 32, channels: 3)
  private static let classNamesOf10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// - Parameter advice: Advice about a damaged file.
  static func open(
    _ variant: Variant, files: [String], in folder: String, advice: String
  ) throws(DataError) -> RecordDataset {
    let stride = variant.labelBytes + shape.count
    var segments: [RecordDataset.Segment] = []
    var labels: [Int32] = []
    for name in files {
      let file = try FileContents.map(folder.appendingPath(name))
      let count = file.count / stride
      guard count > 0, count * stride == file.count else {
        throw DataError(
          "\(file.path), record \(count), byte \(file.count)",
          "truncated: records have \(stride) bytes, and the last one has \(file.count - count * stride)",
          advice: advice)
      }
      for record in 0..<count {
        let position = record * stride + variant.labelBytes - 1
        let label = file[position]
        guard label < variant.classCount else {
          throw DataError(
            "\(file.path), record \(record), byte \(position)", "label \(label) is not below \(variant.classCount)",
            advice: advice)
        }
        labels.append(Int32(label))
      }
      segments.append(.init(file: file, offset: variant.labelBytes, stride: stride, count: count))
    }
    // All batches have one size. This finds a file that was cut off between two records.
    if let longest = segments.map(\.count).max(), let short = segments.first(where: { $0.count < longest }) {
      throw DataError(
        "\(short.file.path), record \(short.count), byte \(short.file.count)",
        "truncated: \(short.count) records where another batch has \(longest)", advice: advice)
    }
    return RecordDataset(
      imageShape: shape, layout: .planar, classNames: try classNames(variant, in: folder, advice: advice),
      labels: labels,
      segments: segments)
  }

  /// The files of a public data set.
  static func openSplits(
    _ variant: Variant, of known: KnownDataset, _ data: DatasetSpecification, _ opening: DatasetOpening
  ) throws(DataError) -> DatasetFiles {
    let path = data.path ?? opening.dataDirectory
    let (folder, advice) = (try known.locate(in: path), known.refetchAdvice(path))
    return DatasetFiles(
      training: try open(variant, files: variant.trainingFiles, in: folder, advice: advice),
      test: try open(variant, files: variant.testFiles, in: folder, advice: advice))
  }

  /// Largest file of class names, far more than a hundred names require.
  private static let mostBytesOfNames = 1 << 16

  /// Names of the classes from their file; without a file, the known names or numbers.
  private static func classNames(
    _ variant: Variant, in folder: String, advice: String
  ) throws(DataError) -> [String] {
    let path = folder.appendingPath(variant.namesFile)
    guard try Paths.kind(of: path) != nil else {
      return variant == .cifar10 ? classNamesOf10 : (0..<variant.classCount).map { "class \($0)" }
    }
    let file = try FileContents.map(path)
    guard file.count <= mostBytesOfNames else {
      throw DataError(path, "has \(file.count) bytes, too many for the names of classes", advice: advice)
    }
    guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw DataError(path, "is not UTF-8", advice: advice)
    }
    let names = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard names.count == variant.classCount else {
      throw DataError(path, "has \(names.count) names, expected \(variant.classCount)", advice: advice)
    }
    // A checkpoint in which two classes share a name could not be read.
    guard Set(names).count == names.count else { throw DataError(path, "names a class twice", advice: advice) }
    return names
  }
}
