/// Where lines with labels come from, and which of them are for validation.
public struct LabelledTextSpecification: Sendable, Equatable {
  public enum Format: String, Sendable, CaseIterable {
    /// `text<TAB>label`; the text may have tabs, the label none. White space around a label is no part of it.
    case tsv
    /// Two or more columns, quoted as in RFC 4180.
    case csv
    /// `text<SPACE>number`, where a file of categories gives each number (from 1) a name: `number<SPACE>name`.
    case numbered
  }

  /// Choice of the validation samples.
  public enum Validation: Sendable, Equatable {
    case none
    /// Drawn by the seed, of each class in proportion to its size.
    case fraction(Double)
    case count(Int)
    /// A file of line numbers from 1, separated by white space; a CSV record counts as the line that it begins in.
    case indices(path: String)
    /// A file of the same format.
    case file(path: String)
  }

  public var path: String
  public var format: Format
  /// Names of the classes in the format `numbered`.
  public var categoriesPath: String?
  public var validation = Validation.fraction(0.1)
  /// A file of the same format whose lines are for testing.
  public var testPath: String?
  /// Columns of a CSV file, by number from 0.
  public var textColumn = 0
  public var labelColumn = 1
  /// Whether the first line names the columns; nil looks at its label.
  public var hasHeader: Bool?
  /// Most bytes that a `.gz` file may inflate to.
  public var maxInflatedBytes = DatasetSpecification.defaultMaxInflatedBytes

  public init(path: String, format: Format) {
    (self.path, self.format) = (path, format)
  }
}
