import Tensors

/// A picture of a network's input: a row for each of some training images. The first picture of a row is the image as it is decoded
/// and sized; the others are what training draws of it in the first epochs.
public struct AugmentationSheet: Sendable {
  /// A sample of the training split.
  public struct Row: Sendable, Equatable {
    public let sample: Int
    public let className: String
    /// Path of its file; nil if samples are not files.
    public let file: String?
  }

  public let picture: PixelImage
  public let rows: [Row]

  /// - Parameters:
  ///   - data: Opened with the normaliser `.none`: transforms change pixels before they are normalised, so there is nothing to undo.
  ///   - seed: Seed of the run.
  ///   - count: Largest number of images: the first of the training split.
  ///   - epochs: Number of augmented pictures of each.
  public init(_ data: DatasetSplits, seed: UInt64, count: Int, epochs: Int) throws(DataError) {
    precondition(data.normalizer == .none, "a sheet of normalised images")
    guard let split = data.training as? ImageSplit, split.sampleShape.count == 3, [1, 3].contains(split.sampleShape[2])
    else {
      throw DataError(
        "data.dataset", "has no images to show", advice: "give a configuration for images", isWrongUse: true)
    }
    let samples = Array(0..<min(count, split.count))
    let pool = StoragePool()
    let plain = split.makeAssembler(.none, seed: seed, pool: pool)
    var columns = [Self.pictures(try plain.assemble(samples, firstPosition: 0).inputs)]
    let augmented = data.trainingAssembler(seed: seed, pool: pool)
    for epoch in 0..<epochs {
      columns.append(Self.pictures(try augmented.assemble(samples, epoch: epoch, firstPosition: 0).inputs))
    }
    picture = ContactSheet(columns: columns).picture
    rows = samples.map {
      Row(
        sample: $0, className: split.classNames[Int(split.label(ofSample: $0))], file: split.file(ofSample: $0))
    }
  }

  /// Pixels of `[count, height, width, channels]`, in units of pixel/255.
  private static func pictures(_ inputs: Tensor) -> [PixelImage] {
    (0..<inputs.rowCount).map { row in
      PixelImage(
        height: inputs.size(1), width: inputs.size(2), channels: inputs.size(3),
        pixels: inputs.rows(row..<row + 1).floats.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) })
    }
  }
}
