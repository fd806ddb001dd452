import Tensors

/// The opened data of a run: the splits, and the preparation of their samples.
public struct DatasetSplits: Sendable {
  public let training: any SampleSplit
  /// Nil without `validation` in the specification.
  public let validation: (any SampleSplit)?
  /// Nil if the data have no test files.
  public let test: (any SampleSplit)?
  public var normalizer: Normalizer
  /// Transforms of images; empty for texts.
  public var transforms = ImageTransforms()
  /// Shape of images after the transforms; nil for texts.
  var transformedShape: [Int]?
  /// Images that were left out (`skipBadImages`), each with its reason.
  public let unreadable: [DataError]
  /// The tokenizer of a text; nil for images.
  public var tokenizer: (any Tokenizer)?
  /// Notes about the data for a person, to be shown before training.
  public var notes: [String] = []
  /// Files that are left out, for the run folder; `notes` has a summary.
  public var report = DataReport()

  public var classNames: [String] { training.classNames }
  /// Whether tokens are predicted, instead of one class for each sample.
  public var predictsTokens: Bool { training is TextSplit }
  /// Number of different tokens, including the one that pads labelled texts; nil for images.
  public var vocabulary: Int? { tokenizer.map { $0.vocabularySize + (predictsTokens ? 0 : 1) } }
  /// Number of outputs: classes, or tokens.
  public var outputs: Int { training.outputs }
  /// Shape of a sample as the model takes it: `[height, width, channels]`, `[features]`, or `[time]` of a text.
  public var sampleShape: [Int] { transformedShape ?? training.sampleShape }

  /// Makes batches of the training split.
  ///
  /// - Parameters:
  ///   - seed: Seed of random transforms.
  ///   - pool: Memory for the batches.
  public func trainingAssembler(seed: UInt64, pool: StoragePool) -> any BatchAssembler {
    training.makeAssembler(ImagePreparation(normalizer, transforms: transforms.training), seed: seed, pool: pool)
  }

  /// Preparation of images for validation and testing.
  public var evaluationPreparation: ImagePreparation {
    ImagePreparation(normalizer, transforms: transforms.evaluation)
  }

  /// Opens the files and checks them.
  ///
  /// - Parameters:
  ///   - specification: Kind of data, and what is done to them.
  ///   - dataDirectory: Data directory, for a specification without a path.
  ///   - seed: Seed of the validation split and of synthetic data.
  ///   - normalizer: Normaliser of a checkpoint, or `.none` if it is set later; nil computes one from the training split.
  ///   - tokenizer: Tokeniser of a checkpoint; nil learns one from the training split.
  ///   - classNames: Class names of a model of labelled texts; nil finds them in the data.
  ///   - sampleShape: Sample shape of such a model; nil finds it in the data.
  ///   - monitor: Receives notes about waiting for another process and about slow work; may stop the work.
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
