import Tensors

/// The data of a run: its splits, opened, and how pixels become the model's input.
public struct DatasetSplits: Sendable {
  public let training: any SampleSplit
  /// Nil without `validation` in the specification.
  public let validation: (any SampleSplit)?
  /// Nil where the data have no test files.
  public let test: (any SampleSplit)?
  public var normalizer: Normalizer
  /// Of images; empty for texts.
  public var transforms = ImageTransforms()
  /// Shape of images after the transforms; nil for texts.
  var transformedShape: [Int]?
  /// Images that were left out (`skipBadImages`), each with its reason.
  public let unreadable: [DataError]
  /// The tokenizer of a text; nil for images.
  public var tokenizer: (any Tokenizer)?
  /// Notes about the data for a person, to be shown before training.
  public var notes: [String] = []
  /// The files that are left out, for the run's folder; the notes say it in short.
  public var report = DataReport()

  public var classNames: [String] { training.classNames }
  /// Whether tokens are to be predicted, not one class a sample.
  public var predictsTokens: Bool { training is TextSplit }
  /// Different tokens of a text, the one that pads labelled texts among them; nil for images.
  public var vocabulary: Int? { tokenizer.map { $0.vocabularySize + (predictsTokens ? 0 : 1) } }
  /// Number of outputs: classes, or tokens.
  public var outputs: Int { training.outputs }
  /// Shape of a sample as the model takes it: `[height, width, channels]`, `[features]`, or `[time]` of a text.
  public var sampleShape: [Int] { transformedShape ?? training.sampleShape }

  /// Makes batches of the training split.
  ///
  /// - Parameter seed: Of what transforms draw.
  public func trainingAssembler(seed: UInt64, pool: StoragePool) -> any BatchAssembler {
    training.makeAssembler(ImagePreparation(normalizer, transforms: transforms.training), seed: seed, pool: pool)
  }

  /// How images are prepared for validation and testing.
  public var evaluationPreparation: ImagePreparation {
    ImagePreparation(normalizer, transforms: transforms.evaluation)
  }

  /// Opens the files and checks them.
  ///
  /// - Parameters:
  ///   - dataDirectory: where to look when the specification has no path.
  ///   - seed: draws the validation split and synthetic data.
  ///   - normalizer: the one of a checkpoint, or `.none` where it is set later; nil computes it on the training split.
  ///   - tokenizer: the one of a checkpoint; nil learns it from the training split.
  ///   - classNames: of a model of labelled texts; nil finds them.
  ///   - sampleShape: the same; nil finds it.
  ///   - monitor: told where opening waits for another process, and what takes long; may stop it.
  public static func open(
    _ specification: DatasetSpecification, dataDirectory: String? = nil, seed: UInt64, normalizer: Normalizer? = nil,
    tokenizer: (any Tokenizer)? = nil, classNames: [String]? = nil, sampleShape: [Int]? = nil,
    monitor: PreparationMonitor = PreparationMonitor()
  ) throws(DataError) -> DatasetSplits {
    if specification.isText {
      return try openText(specification, dataDirectory: dataDirectory, tokenizer: tokenizer, monitor: monitor)
    }
    if specification.isLabelledText {
      return try openLabelledText(
        specification, dataDirectory: dataDirectory, seed: seed, tokenizer: tokenizer, classNames: classNames,
        length: sampleShape?.first, monitor: monitor)
    }
    let files = try DatasetFiles.open(specification, dataDirectory: dataDirectory, seed: seed)
    var trainingRecords = Array(0..<limit(files.training.count, to: specification.trainLimit))
    var validation = files.validation.map { ImageSplit($0) }
    if let wanted = specification.validation {
      let parts = try ValidationSplit.divide(
        labels: trainingRecords.map { files.training.labels[$0] }, classCount: files.training.classNames.count,
        taking: wanted, fromEnd: specification.validationFromEnd, seed: seed)
      trainingRecords = parts.training
      validation = ImageSplit(dataset: files.training, records: parts.validation)
    }
    let training = ImageSplit(dataset: files.training, records: trainingRecords)
    let shape = try transformedShape(of: training.sampleShape, specification)
    let usedNormalizer: Normalizer
    if let normalizer {
      try normalizer.check(fits: training.dataset.imageShape)
      usedNormalizer = normalizer
    } else {
      usedNormalizer = try Normalizer(specification.normalization, of: training)
    }
    var splits = DatasetSplits(
      training: training, validation: validation,
      test: files.test.map { test in
        ImageSplit(dataset: test, records: Array(0..<limit(test.count, to: specification.testLimit)))
      },
      normalizer: usedNormalizer,
      unreadable: files.unreadable, notes: files.report.sentences, report: files.report)
    (splits.transforms, splits.transformedShape) = (specification.transforms, shape)
    return splits
  }

  private static func transformedShape(
    of shape: [Int], _ specification: DatasetSpecification
  ) throws(DataError) -> [Int] {
    do throws(ImageTransforms.Fault) {
      return try specification.transforms.sampleShape(of: shape, specification.normalization)
    } catch {
      throw DataError(error.key, error.problem, advice: error.hint, isWrongUse: true)
    }
  }

  private static func limit(_ count: Int, to limit: Int?) -> Int { min(count, limit ?? count) }
}
