/// The section `data` of a configuration: the kind of data, and how they are split and transformed.
public struct DatasetSpecification: Sendable {
  public enum Split: Sendable, Equatable {
    case count(Int)
    case fraction(Double)

    /// Number of samples that it takes from `total`.
    public func count(of total: Int) -> Int {
      switch self {
      case .count(let number): number
      case .fraction(let fraction): Int((Double(total) * fraction).rounded())
      }
    }
  }

  public enum Normalization: String, Sendable, CaseIterable {
    case none
    case perChannel = "per-channel"
    case perPixel = "per-pixel"
    case imageNet = "imagenet"
  }

  /// The kind of data, and the keys that it alone has.
  package var settings: any DatasetSettings = MNIST5K()
  /// Folder or file; nil looks in the data directory (`--data`).
  public var path: String?
  /// Part of the training samples that is held out for validation; nil for none.
  public var validation: Split?
  /// Which samples those are: the last ones of the files (true), or drawn by `seed`, equally by class (false).
  public var validationFromEnd = false
  /// Number of training (test) samples to use, from the first of the files on; nil for all.
  public var trainLimit: Int?
  public var testLimit: Int?
  public var normalization = Normalization.perChannel
  /// Changes to images in training, in their order.
  public var augmentations: [TransformSpecification] = []
  /// Changes to images in validation, testing and classification, in their order; none draws at random.
  public var evaluationTransforms: [TransformSpecification] = []
  /// Most bytes that a `.gz` file may inflate to.
  public var maxInflatedBytes = Self.defaultMaxInflatedBytes

  /// Most pixels of an image file, more than phones take; decoding takes at most 11 bytes a pixel.
  public static let defaultMaxImagePixels = 64_000_000
  public static let defaultMaxInflatedBytes = 1_000_000_000

  public init() {}

  /// Data of a kind, with the defaults that go with it.
  ///
  /// - Parameter path: Folder or file; nil looks in the data directory.
  package init<Settings: DatasetSettings>(_ settings: Settings, path: String? = nil) {
    (self.settings, self.path) = (settings, path)
    if settings.samples != .images { normalization = .none }
  }

  /// Name of the kind of data in configurations and messages.
  public var name: String { type(of: settings).name }

  /// Content of a sample.
  package var samples: SampleContent { settings.samples }

  /// How a text is cut into tokens and windows; nil for other data.
  public var text: TextSpecification? {
    if case .text(let text) = samples { text } else { nil }
  }

  /// Whether the next token of a text is to be predicted.
  public var isText: Bool { text != nil }
  /// Whether samples are texts with a label each.
  public var isLabelledText: Bool { samples == .labelledTexts }
  /// Whether a program gives the samples in arrays.
  package var areArrays: Bool { samples == .arrays }
  /// Whether samples are tokens.
  public var hasTokens: Bool { isText || isLabelledText }

  /// Limits for image files: those of the data or, if they have none, of files that a model classifies.
  package var imageFiles: ImageFileLimits {
    settings.imageFiles ?? ImageFileLimits(maxPixels: Self.defaultMaxImagePixels)
  }

  public var transforms: ImageTransforms {
    ImageTransforms(training: augmentations, evaluation: evaluationTransforms)
  }

  /// Facts of the data that are known without opening a file.
  public var nominalShape: NominalShape { settings.nominalShape }

  /// Number of training samples that are used, including those held out for validation; nil if only the files tell.
  package var knownFileCount: Int? {
    guard !hasTokens else { return nil }
    return settings.trainingCount.map { min($0, trainLimit ?? $0) } ?? trainLimit
  }

  /// False if a run certainly has no validation split.
  package var mayHaveValidation: Bool { validation != nil || settings.mayBringValidation }

  /// Advice on the keys that hold out samples.
  package var heldOutAdvice: String {
    "set data.validation, for example data.validation: 0.1" + (settings.heldOutAdvice.map { ", or \($0)" } ?? "")
  }
}

extension DatasetSpecification: Equatable {
  public static func == (a: DatasetSpecification, b: DatasetSpecification) -> Bool {
    a.settings.isEqual(to: b.settings) && a.path == b.path && a.validation == b.validation
      && (a.validationFromEnd, a.trainLimit, a.testLimit) == (b.validationFromEnd, b.trainLimit, b.testLimit)
      && a.normalization == b.normalization && a.transforms == b.transforms
      && a.maxInflatedBytes == b.maxInflatedBytes
  }
}

/// How a text becomes samples.
public struct TextSpecification: Sendable, Equatable {
  public var tokenizer = TokenizerSpecification.characters
  /// Tokens of a window: how far a model looks back at most, and how far gradients flow.
  public var window = 64
  public var order = WindowSampler.Order.random
  /// Share of the text's end that is kept for testing; the validation split lies before it.
  public var test = 0.0

  public init() {}
}
