extension DatasetSpecification {
  /// The same data elsewhere: a directory from the command line comes before a path in the configuration.
  public func located(in dataDirectory: String?) -> DatasetSpecification {
    var copy = self
    if dataDirectory != nil { copy.path = nil }
    return copy
  }

  /// Shape of a sample and number of classes as far as they are known without opening a file; a folder without
  /// `image_size` and IDX files count as images of 32×32 in ten classes.
  public var nominalShape: (sample: [Int], classes: Int) {
    switch kind {
    case .mnist5k, .mnist, .fashionMNIST: ([28, 28, 1], 10)
    case .cifar10: ([32, 32, 3], 10)
    case .cifar100: ([32, 32, 3], 100)
    case .synthetic: (syntheticShape, syntheticClasses)
    case .idx: ([28, 28, 1], 10)
    case .imageFolder: ([imageSize?.height ?? 32, imageSize?.width ?? 32, 3], 10)
    }
  }
}
