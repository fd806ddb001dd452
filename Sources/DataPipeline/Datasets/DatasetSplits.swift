/// The data of a run: its splits, opened, and how pixels become the model's input.
public struct DatasetSplits: Sendable {
  public let training: any SampleSplit
  /// Nil without `validation` in the specification.
  public let validation: (any SampleSplit)?
  /// Nil where the data have no test files.
  public let test: (any SampleSplit)?
  public var normalizer: Normalizer
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
  /// `[height, width, channels]`, `[features]`, or `[time]` of a text.
  public var sampleShape: [Int] { training.sampleShape }

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
    let usedNormalizer: Normalizer
    if let normalizer {
      try normalizer.check(fits: training.dataset.imageShape)
      usedNormalizer = normalizer
    } else {
      usedNormalizer = try Normalizer(specification.normalization, of: training)
    }
    return DatasetSplits(
      training: training, validation: validation,
      test: files.test.map { test in
        ImageSplit(dataset: test, records: Array(0..<limit(test.count, to: specification.testLimit)))
      },
      normalizer: usedNormalizer,
      unreadable: files.unreadable, notes: files.report.sentences, report: files.report)
  }

  private static func limit(_ count: Int, to limit: Int?) -> Int { min(count, limit ?? count) }
}
