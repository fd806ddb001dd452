import Configuration

/// The settings of one kind of data, and how they are read.
package protocol DatasetSettings: CatalogueEntry {
  /// Origin of the data.
  static var origin: DatasetOrigin { get }

  /// Keys that give the location of the data. A resumed run may have others, since contents are compared instead.
  static var locationKeys: [String] { get }

  var samples: SampleContent { get }

  /// Facts that are known without opening a file.
  var nominalShape: NominalShape { get }

  /// Training samples that the files have; nil if only the files tell.
  var trainingCount: Int? { get }

  /// Whether the data may have files of their own for a validation split.
  var mayBringValidation: Bool { get }

  /// Advice on getting held-out samples, besides `data.validation`; nil if there is no other way.
  var heldOutAdvice: String? { get }

  /// Limits for image files; nil if the data have none.
  var imageFiles: ImageFileLimits? { get }

  /// Reports settings that do not go together, or not with the keys that all kinds have.
  func check(_ data: DatasetSpecification, _ context: inout DecodingContext)

  /// Opens the files and checks them.
  func open(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetSplits
}

/// Content of a sample.
package enum SampleContent: Sendable, Equatable {
  /// An image, or a list of numbers, with a class.
  case images
  /// A window of a text, of which each next token is predicted.
  case text(TextSpecification)
  /// A text with a class.
  case labelledTexts
  /// Numbers that the program gives, with a class.
  case arrays
}

/// Origin of data.
package enum DatasetOrigin: Sendable {
  /// They come with the program.
  case bundled(files: [BundledData.File], summary: String, terms: String)
  /// They are fetched into the data directory.
  case download(KnownDataset)
  /// They are the user's, in a place that the user names.
  case user
  /// The program generates them.
  case made
  /// A program that uses Lockstep as a library supplies them.
  case program
}

/// Sizes of image files.
package struct ImageFileLimits: Sendable, Equatable {
  /// Size that images are scaled to; nil keeps the size of each file.
  package var size: Extent?
  package var sizing = ImageSizing(fit: .stretch)
  /// Most pixels of a file.
  package var maxPixels: Int
}

/// Arguments for opening data, besides their specification.
package struct DatasetOpening {
  /// Data directory, for a specification without a path.
  package var dataDirectory: String?
  /// Draws the validation split and synthetic data.
  package var seed: UInt64
  /// Normaliser of a checkpoint, or `.none` if it is set later; nil computes one from the training split.
  package var normalizer: Normalizer?
  /// Tokeniser of a checkpoint; nil learns one from the training split.
  package var tokenizer: (any Tokenizer)?
  /// Class names of a model of labelled texts; nil finds them in the data.
  package var classNames: [String]?
  /// Sample shape of such a model; nil finds it in the data.
  package var sampleShape: [Int]?
  /// Receives notes about waiting for another process and about slow work; may stop the work.
  package var monitor: PreparationMonitor
  /// Where decoded images are kept.
  package var imageCache = ImageCacheSettings()
}

/// Shape of a sample and number of classes, as far as they are known without opening a file.
public struct NominalShape: Sendable, Equatable {
  /// `[height, width, channels]`, `[features]`, or `[time]` of texts.
  public var sample: [Int]
  /// Whether the sample shape is assumed, since only the files tell it.
  public var sampleIsAssumed = false
  /// Key that sets the size of samples, if there is one.
  public var sizeKey: String?
  /// Nil if only the files tell.
  public var classes: Int?

  package init(sample: [Int], sampleIsAssumed: Bool = false, sizeKey: String? = nil, classes: Int? = nil) {
    (self.sample, self.sampleIsAssumed, self.sizeKey, self.classes) = (sample, sampleIsAssumed, sizeKey, classes)
  }
}
