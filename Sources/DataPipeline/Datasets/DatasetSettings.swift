import Configuration

/// The settings of one kind of data, and how they are read.
package protocol DatasetSettings: CatalogueEntry {
  /// Where the data come from.
  static var origin: DatasetOrigin { get }

  /// Keys that say where the same data lie. They may differ when a run goes on: what the files hold is compared.
  static var locationKeys: [String] { get }

  var samples: SampleContent { get }

  /// Facts that are known without opening a file.
  var nominalShape: NominalShape { get }

  /// Training samples that the files have; nil where only they tell.
  var trainingCount: Int? { get }

  /// Whether files of the data's own may hold a validation split.
  var mayBringValidation: Bool { get }

  /// How to get samples that are not trained on, beside `data.validation`; nil where there is no other way.
  var heldOutAdvice: String? { get }

  /// Limits of image files that are decoded; nil where none are.
  var imageFiles: ImageFileLimits? { get }

  /// Reports settings that are valid one by one and wrong together, or with the keys that all kinds have.
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

/// Where data come from.
package enum DatasetOrigin: Sendable {
  /// They come with the program.
  case bundled(files: [BundledData.File], summary: String, terms: String)
  /// They are fetched into the data directory.
  case download(KnownDataset)
  /// They are the user's, who says where.
  case user
  /// The program makes them up.
  case made
  /// A program that uses this one as a library gives them.
  case program
}

/// Sizes of image files.
package struct ImageFileLimits: Sendable, Equatable {
  /// Size that images are scaled to; nil keeps the size of each file.
  package var size: Extent?
  package var sizing = ImageSizing(fit: .stretch)
  /// Pixels that a file may have.
  package var maxPixels: Int
}

/// Arguments for opening data, besides their specification.
package struct DatasetOpening {
  /// Where to look when the specification has no path.
  package var dataDirectory: String?
  /// Draws the validation split and synthetic data.
  package var seed: UInt64
  /// The one of a checkpoint, or `.none` where it is set later; nil computes it on the training split.
  package var normalizer: Normalizer?
  /// The one of a checkpoint; nil learns it from the training split.
  package var tokenizer: (any Tokenizer)?
  /// Of a model of labelled texts; nil finds them.
  package var classNames: [String]?
  /// The same; nil finds it.
  package var sampleShape: [Int]?
  /// Told where opening waits for another process, and what takes long; may stop it.
  package var monitor: PreparationMonitor
  /// Where decoded images are kept.
  package var imageCache = ImageCacheSettings()
}

/// Shape of a sample and number of classes, as far as they are known without opening a file.
public struct NominalShape: Sendable, Equatable {
  /// `[height, width, channels]`, `[features]`, or `[time]` of texts.
  public var sample: [Int]
  /// True where only the files would tell.
  public var sampleIsAssumed = false
  /// The key that says the size of samples, where one does.
  public var sizeKey: String?
  /// Nil where only the files would tell.
  public var classes: Int?

  package init(sample: [Int], sampleIsAssumed: Bool = false, sizeKey: String? = nil, classes: Int? = nil) {
    (self.sample, self.sampleIsAssumed, self.sizeKey, self.classes) = (sample, sampleIsAssumed, sizeKey, classes)
  }
}
