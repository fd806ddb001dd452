extension DatasetSpecification {
  /// Facts of the data that are known without opening a file.
  public var nominalShape: NominalShape {
    switch kind {
    case .mnist5k, .mnist, .fashionMNIST: NominalShape(sample: [28, 28, 1], classes: 10)
    case .cifar10: NominalShape(sample: [32, 32, 3], classes: 10)
    case .cifar100: NominalShape(sample: [32, 32, 3], classes: 100)
    case .synthetic: NominalShape(sample: syntheticShape, classes: syntheticClasses)
    case .text, .novel: NominalShape(sample: [text.window])
    case .labelledText:
      NominalShape(sample: [labelledText.length ?? 1], sampleIsAssumed: labelledText.length == nil)
    case .idx: NominalShape(sample: [28, 28, 1], sampleIsAssumed: true)
    case .imageFolder:
      NominalShape(
        sample: [imageSize?.height ?? 32, imageSize?.width ?? 32, 3], sampleIsAssumed: imageSize == nil)
    }
  }
}

/// Shape of a sample and number of classes, as far as they are known without opening a file.
public struct NominalShape: Sendable, Equatable {
  /// `[height, width, channels]` or `[features]`.
  public var sample: [Int]
  /// True where only the files would tell: IDX files count as MNIST's size, a folder without `image_size` as 32×32.
  public var sampleIsAssumed = false
  /// Nil where only the files would tell.
  public var classes: Int?
}
