/// Which data a run reads and what is done to them, as a configuration writes it.
public struct DatasetSpecification: Sendable, Equatable {
  /// A known data set (`lockstep data list`) or a format.
  public enum Kind: String, Sendable, CaseIterable {
    case mnist5k = "mnist-5k"
    case mnist
    case fashionMNIST = "fashion-mnist"
    case cifar10
    case cifar100
    /// IDX files of the user's own, named as MNIST's.
    case idx
    /// `train/CLASS/…` and `test/CLASS/…` with JPEG and PNG files.
    case imageFolder = "image-folder"
    /// A text file, to learn which token comes next.
    case text
    /// The same of the novel that comes with the program.
    case novel
    /// Lines of text with a label each.
    case labelledText = "labelled-text"
    /// Random pixels and labels, for benchmarks.
    case synthetic
  }

  public enum Split: Sendable, Equatable {
    case count(Int)
    case fraction(Double)

    /// How many of `total` samples it takes.
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
  }

  public var kind = Kind.mnist5k
  /// Folder or file; nil looks in the data directory (`--data`).
  public var path: String?
  /// How many training samples are taken out for validation.
  public var validation: Split?
  /// Which samples those are: the last ones of the files (true), or drawn by `seed`, equally by class (false).
  public var validationFromEnd = false
  /// Use the first so many samples of the training (test) files only.
  public var trainLimit: Int?
  public var testLimit: Int?
  public var normalization = Normalization.perChannel
  /// Changes to images in training, in their order.
  public var augmentations: [TransformSpecification] = []
  /// Changes to images in validation, testing and classification, in their order; none draws at random.
  public var evaluationTransforms: [TransformSpecification] = []
  /// Size that images of a folder are scaled to; nil demands that all have one size.
  public var imageSize: (height: Int, width: Int)? {
    get { height.flatMap { h in width.map { (h, $0) } } }
    set { (height, width) = (newValue?.height, newValue?.width) }
  }
  private var height: Int?
  private var width: Int?
  /// Shape of a synthetic sample, [height, width, channels] or [features], and its number of classes.
  public var syntheticShape: [Int] = [32, 32, 3]
  public var syntheticClasses = 10
  public var syntheticCount = 10_000
  /// How a text is cut into tokens and windows.
  public var text = TextSpecification()
  /// The files of lines with labels.
  public var labelledText = LabelledTextSettings()
  /// Count and go on where an image cannot be read (`--skip-bad-images`), instead of ending the run.
  public var skipBadImages = false
  /// Pixels that an image file may have.
  public var maxImagePixels = Self.defaultMaxImagePixels
  /// Whether a folder `val` beside `train` is the validation split where `validation` is nil.
  public var usesValidationFolder = true
  /// Bytes that a `.gz` file may inflate to.
  public var maxInflatedBytes = Self.defaultMaxInflatedBytes

  /// More than phones take; decoding takes at most 11 bytes a pixel.
  public static let defaultMaxImagePixels = 64_000_000
  public static let defaultMaxInflatedBytes = 1_000_000_000

  public init() {}

  public var transforms: ImageTransforms {
    ImageTransforms(training: augmentations, evaluation: evaluationTransforms)
  }

  /// Whether the next token of a text is to be predicted.
  public var isText: Bool { kind == .text || kind == .novel }
  /// Whether samples are texts with a label each.
  public var isLabelledText: Bool { kind == .labelledText }
  /// Whether samples are tokens.
  public var hasTokens: Bool { isText || isLabelledText }
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
