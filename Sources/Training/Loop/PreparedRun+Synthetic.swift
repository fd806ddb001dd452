import Configuration
import DataPipeline
import NeuralNetworks
import RunSettings

extension PreparedRun {
  /// The same run on random data of the same shape, for benchmarks of any length. A model of text gets the bundled
  /// novel, with the configuration's tokeniser and windows.
  ///
  /// - Parameters:
  ///   - original: The configuration whose shapes are taken.
  ///   - assuming: Called with each assumption about a shape that only the files would tell.
  public static func synthetic(like original: RunConfiguration, assuming: (String) -> Void) throws -> PreparedRun {
    var configuration = original
    configuration.training.epochs = nil
    configuration.training.earlyStopping = nil
    configuration.training.steps = 1 << 40
    // Nothing is evaluated.
    if original.schedule.followsEvaluations { configuration.schedule = .constant(rate: 0.01) }
    configuration.samples = SampleSettings()
    if var text = original.data.text {
      text.test = 0
      configuration.data = .novel(text)
      if original.data.name != configuration.data.name {
        assuming("the text is not read: the bundled novel stands for it")
      }
      return try PreparedRun(configuration)
    }
    if original.data.isLabelledText {
      // The time of a step depends on their tokens, lengths and classes.
      assuming("labelled texts are read, nothing stands for them")
      return try PreparedRun(configuration)
    }
    let shape = original.data.nominalShape
    let kind = original.data.name
    if shape.sampleIsAssumed {
      let size = shape.sample.map { "\($0)" }.joined(separator: "×")
      let hint = shape.sizeKey.map { " (\($0) sets another)" } ?? ""
      assuming("the size of \(kind) images is in the files, which are not read: \(size) is assumed\(hint)")
    }
    let classes = shape.classes ?? original.model.declaredOutputs
    if classes == nil {
      assuming("the number of \(kind) classes is in the files, which are not read: \(assumedClasses) are assumed")
    }
    // Enough samples that batches do not stay in the cache, and few enough to be made quickly.
    // A whole number of batches, so that all steps are alike.
    let batchSize = original.training.batchSize
    guard batchSize <= SchemaInteger.largestSynthetic / 2 else {
      throw DataError(
        "training.batch_size",
        "is \(batchSize); a benchmark makes up at most \(SchemaInteger.largestSynthetic / 2) samples a batch",
        advice: "lower it", isWrongUse: true)
    }
    configuration.data = .synthetic(
      shape: shape.sample, classes: classes ?? assumedClasses,
      count: batchSize * max(2, (2000 + batchSize - 1) / batchSize))
    configuration.data.augmentations = original.data.augmentations
    configuration.data.evaluationTransforms = original.data.evaluationTransforms
    return try PreparedRun(configuration)
  }

  private static let assumedClasses = 10
}

extension ModelSpecification {
  /// Number of outputs of the last linear layer of a list. Named architectures and layers without a number of outputs take
  /// it from the data.
  fileprivate var declaredOutputs: Int? {
    layerList?.reversed().lazy.compactMap(\.linearOutputs).first
  }
}
