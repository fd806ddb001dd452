/// Turns pixels into the model's input: (pixel/255 − mean) / standard deviation.
///
/// Mean and deviation are those of the training split. A checkpoint keeps them, so that a model always gets input normalised as
/// in its training.
public struct Normalizer: Sendable, Equatable {
  public let kind: DatasetSpecification.Normalization
  /// Per channel `[channels]`, per pixel `[height, width, channels]` in row-major order; empty for `none`. In units of
  /// pixel/255.
  public let mean: [Float]
  public let standardDeviation: [Float]
  /// The kernel's factors.
  let inverseDeviation: [Float]

  /// Only the scale 1/255.
  public static let none = Normalizer(kind: .none, mean: [], standardDeviation: [])

  /// The numbers of ImageNet's training split, which models trained on it expect.
  public static let imageNet = Normalizer(
    kind: .imageNet, mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// A normaliser whose numbers are known without reading images; nil for other kinds.
  public init?(knownFor kind: DatasetSpecification.Normalization) {
    switch kind {
    case .none: self = .none
    case .imageNet: self = .imageNet
    case .perChannel, .perPixel: return nil
    }
  }

  /// A normaliser out of a checkpoint.
  public init(kind: DatasetSpecification.Normalization, mean: [Float], standardDeviation: [Float]) {
    precondition(
      mean.count == standardDeviation.count, "\(mean.count) means, \(standardDeviation.count) standard deviations")
    (self.kind, self.mean, self.standardDeviation) = (kind, mean, standardDeviation)
    inverseDeviation = standardDeviation.map { 1 / $0 }
  }

  /// Computes mean and sample standard deviation (N − 1, as PyTorch's `std` does) over a split; a deviation of zero
  /// counts as one. The sums are whole numbers and exact, so order and threads cannot change a bit of them.
  public init(_ kind: DatasetSpecification.Normalization, of split: ImageSplit) throws(DataError) {
    if let known = Normalizer(knownFor: kind) {
      self = known
      return
    }
    self.init(kind, of: try PixelMoments(of: split, byChannel: kind == .perChannel), shape: split.dataset.imageShape)
  }

  /// The same from the sums over a split of images of a shape.
  public init(_ kind: DatasetSpecification.Normalization, of moments: PixelMoments, shape: ImageShape) {
    switch kind {
    case .none: self = .none
    case .imageNet: self = .imageNet
    case .perPixel, .perChannel:
      let groups = kind == .perPixel ? moments : moments.summedByChannel(shape.channels)
      self.init(
        kind: kind, mean: groups.means.map { Float($0) }, standardDeviation: groups.standardDeviations.map { Float($0) }
      )
    }
  }

  /// Throws if the number of means is not the one that images of this shape require.
  public func check(fits shape: ImageShape) throws(DataError) {
    let expected =
      switch kind {
      case .none: 0
      case .perChannel: shape.channels
      case .imageNet: 3
      case .perPixel: shape.count
      }
    guard kind != .imageNet || shape.channels == 3 else {
      throw DataError(
        "data.normalize", "imagenet requires images of 3 channels, and these have \(shape.channels)",
        advice: "give normalize: per-channel", isWrongUse: true)
    }
    guard mean.count == expected else {
      throw DataError(
        "normalisation", "has \(mean.count) means (\(kind.rawValue)) for images of \(shape)",
        advice: "the checkpoint was trained on other data")
    }
  }
}
