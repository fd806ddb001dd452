/// Turns pixels into the model's input: (pixel/255 − mean) / standard deviation.
///
/// Mean and deviation are those of the training split; a checkpoint keeps them, so that a model meets the
/// input it was trained on.
public struct Normalizer: Sendable, Equatable {
  public let kind: DatasetSpecification.Normalization
  /// Per channel `[channels]`, per pixel `[height, width, channels]` in row-major order; empty for `none`. In units of
  /// pixel/255.
  public let mean: [Float]
  public let standardDeviation: [Float]
  /// The kernel's factors.
  let inverseDeviation: [Float]

  /// No change but the scale 1/255.
  public static let none = Normalizer(kind: .none, mean: [], standardDeviation: [])

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
    guard kind != .none else {
      self = .none
      return
    }
    self.init(kind, of: try PixelMoments(of: split, byChannel: kind == .perChannel), shape: split.dataset.imageShape)
  }

  /// The same from the sums over a split of images of a shape.
  public init(_ kind: DatasetSpecification.Normalization, of moments: PixelMoments, shape: ImageShape) {
    switch kind {
    case .none:
      self = .none
    case .perPixel, .perChannel:
      let groups = kind == .perPixel ? moments : moments.summedByChannel(shape.channels)
      self.init(
        kind: kind, mean: groups.means.map { Float($0) }, standardDeviation: groups.standardDeviations.map { Float($0) }
      )
    }
  }

  /// Throws where `mean` has not the entries that images of this shape require.
  public func check(fits shape: ImageShape) throws(DataError) {
    let expected =
      switch kind {
      case .none: 0
      case .perChannel: shape.channels
      case .perPixel: shape.count
      }
    guard mean.count == expected else {
      throw DataError(
        "normalisation", "has \(mean.count) means (\(kind.rawValue)) for images of \(shape)",
        advice: "the checkpoint was trained on other data")
    }
  }
}
