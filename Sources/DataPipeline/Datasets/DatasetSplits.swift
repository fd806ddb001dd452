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
  /// - Parameters:
  ///   - seed: Of what transforms draw.
  ///   - pool: Memory for the batches.
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
  ///   - specification: Kind of data, and what is done to them.
  ///   - dataDirectory: where to look when the specification has no path.
  ///   - seed: draws the validation split and synthetic data.
  ///   - normalizer: the one of a checkpoint, or `.none` where it is set later; nil computes it on the training split.
  ///   - tokenizer: the one of a checkpoint; nil learns it from the training split.
  ///   - classNames: of a model of labelled texts; nil finds them.
  ///   - sampleShape: the same; nil finds it.
  ///   - monitor: told where opening waits for another process, and what takes long; may stop it.
  ///   - imageCache: Where decoded images are kept.
  public static func open(
    _ specification: DatasetSpecification, dataDirectory: String? = nil, seed: UInt64, normalizer: Normalizer? = nil,
    tokenizer: (any Tokenizer)? = nil, classNames: [String]? = nil, sampleShape: [Int]? = nil,
    monitor: PreparationMonitor = PreparationMonitor(), imageCache: ImageCacheSettings = ImageCacheSettings()
  ) throws(DataError) -> DatasetSplits {
    try specification.settings.open(
      specification,
      DatasetOpening(
        dataDirectory: dataDirectory, seed: seed, normalizer: normalizer, tokenizer: tokenizer, classNames: classNames,
        sampleShape: sampleShape, monitor: monitor, imageCache: imageCache))
  }
}
