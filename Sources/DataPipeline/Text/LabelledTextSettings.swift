import Configuration
import Files

/// Lines of text with a label each, as a configuration names them. All files lie beside the one with the training lines.
public struct LabelledTextSettings: Sendable, Equatable {
  public var format = LabelledTextSpecification.Format.tsv
  /// Name of the file, if `data.path` is a folder.
  public var file: String?
  /// Names of the classes in the format `numbered`.
  public var categories: String?
  /// A file of the same format whose lines are for validation.
  public var validationFile: String?
  /// A file with the line numbers of the validation samples.
  public var validationLines: String?
  /// A file of the same format whose lines are for testing.
  public var testFile: String?
  public var textColumn = 0
  public var labelColumn = 1
  /// Whether the first line names the columns; nil looks at its label.
  public var hasHeader: Bool?
  public var tokenizer = TokenizerSpecification.characters
  /// Tokens that samples are cut or padded to; nil takes the longest training sample.
  public var length: Int?

  public init() {}
}

extension LabelledTextSettings {
  /// The settings with the paths of the files.
  ///
  /// - Parameters:
  ///   - path: The file with the lines, or its folder.
  ///   - share: Samples drawn for validation, if no file names them.
  func located(
    at path: String, drawing share: DatasetSpecification.Split?
  ) throws(DataError) -> LabelledTextSpecification {
    var lines = path
    if try Paths.kind(of: path) == .folder {
      guard let file else {
        throw DataError(
          path, "is a folder", advice: "give the file with the lines, or its name in the folder as data.file",
          isWrongUse: true)
      }
      lines = path.appendingPath(file)
    }
    let folder = lines.lastIndex(of: "/").map { String(lines[...$0]) } ?? ""
    func beside(_ name: String?) throws(DataError) -> String? {
      guard let name else { return nil }
      let path = name.hasPrefix("/") ? name : folder + name
      guard !Paths.isMissing(path) else {
        throw DataError(path, "no such file", advice: "it is looked for beside the training lines", isWrongUse: true)
      }
      return path
    }
    guard !Paths.isMissing(lines) else {
      throw DataError(lines, "no such file", advice: "check --data, data.path and data.file", isWrongUse: true)
    }
    var specification = LabelledTextSpecification(path: lines, format: format)
    specification.categoriesPath = try beside(categories)
    specification.testPath = try beside(testFile)
    (specification.textColumn, specification.labelColumn) = (textColumn, labelColumn)
    specification.hasHeader = hasHeader
    if let path = try beside(validationFile) {
      specification.validation = .file(path: path)
    } else if let path = try beside(validationLines) {
      specification.validation = .indices(path: path)
    } else {
      switch share {
      case nil: specification.validation = .none
      case .count(let count): specification.validation = .count(count)
      case .fraction(let fraction): specification.validation = .fraction(fraction)
      }
    }
    return specification
  }
}

extension LabelledTextSettings: DatasetSettings {
  package static var form: Form<LabelledTextSettings> {
    let name = Codec.text.optional
    let column = Codec<Int>.integer(atLeast: 0)
    return Form(
      "labelled-text", "lines of UTF-8 text with a label each (`path` or `--data`), to predict the label",
      template: LabelledTextSettings(), example: example,
      fields: [
        Field(
          "format", \.format, .word(),
          "`tsv`: text, tab, label; `csv`: columns, quoted as in RFC 4180; `numbered`: text, space, number of a class, which "
            + "`categories` names."),
        Field("file", \.file, name, "Name of the file with the lines, if `path` or `--data` is its folder."),
        Field("categories", \.categories, name, "File beside it with lines of number (from 1), space, name."),
        Field(
          "validation_file", \.validationFile, name,
          "File beside it with lines for validation, instead of `validation`."),
        Field(
          "validation_lines", \.validationLines, name,
          "File beside it with the line numbers (from 1) of the validation samples, instead of `validation`."),
        Field("test_file", \.testFile, name, "File beside it with lines for testing."),
        Field("text_column", \.textColumn, column, "Column of the text in a CSV file, from 0."),
        Field("label_column", \.labelColumn, column, "Column of the label in a CSV file, from 0."),
        Field(
          "header", \.hasHeader, .truthOrAutomatic,
          "Whether the first line of the files names their columns (csv, tsv); `auto`: if its label is a word such as "
            + "`label` or `class`, which no other line has."),
        Field("tokenizer", \.tokenizer, .tokenizer, "Unit of the text, as for `dataset: text`."),
        Field(
          "length", \.length, Codec<Int>.integer(atLeast: 1).optional,
          "Tokens of a sample: longer texts are cut, shorter ones padded; null is the longest training text's."),
      ])
  }

  /// Keys that exclude each other (`categories`, `validation_lines`) have their defaults.
  private static var example: LabelledTextSettings {
    var example = LabelledTextSettings()
    (example.format, example.file, example.validationFile, example.testFile) = (.csv, "a.csv", "b.csv", "c.csv")
    (example.textColumn, example.labelColumn, example.hasHeader) = (3, 2, true)
    (example.tokenizer, example.length) = (.bytePairs(vocabularySize: 300), 9)
    return example
  }

  package static var origin: DatasetOrigin { .user }
  package static var locationKeys: [String] {
    ["file", "categories", "validation_file", "validation_lines", "test_file", "header"]
  }

  package var samples: SampleContent { .labelledTexts }
  package var nominalShape: NominalShape {
    NominalShape(sample: [length ?? 1], sampleIsAssumed: length == nil, sizeKey: "data.length")
  }

  package var trainingCount: Int? { nil }
  package var mayBringValidation: Bool { validationFile != nil || validationLines != nil }
  package var heldOutAdvice: String? { "name a file as data.validation_file or data.test_file" }
  package var imageFiles: ImageFileLimits? { nil }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    let given = [data.validation == nil, validationFile == nil, validationLines == nil].count { !$0 }
    context.check(
      "data.validation", "data.validation_file", "data.validation_lines", holds: given <= 1,
      "validation, validation_file and validation_lines exclude each other", hint: "keep one of them")
    context.check(
      "data.format", "data.categories", holds: (format == .numbered) == (categories != nil),
      categories == nil ? "format numbered requires categories" : "categories go with format numbered",
      hint: categories == nil ? "give the file that names the numbers" : "leave categories out")
    context.check(
      "data.text_column", "data.label_column", holds: textColumn != labelColumn,
      "text and label are in the same column", hint: "columns are counted from 0")
    let isPlain = (textColumn, labelColumn) == (0, 1)
    context.check(
      "data.format", "data.text_column", "data.label_column", holds: format == .csv || isPlain,
      "text_column and label_column go with format csv", hint: "leave them out, or give format: csv")
    context.check(
      "data.format", "data.header", holds: format != .numbered || hasHeader != true,
      "header goes with format csv or tsv", hint: "leave it out")
  }

  package func open(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetSplits {
    try DatasetSplits(lines: self, data, opening)
  }
}

extension DatasetSpecification {
  /// Lines of text with a label each.
  public static func labelledText(path: String? = nil, _ settings: LabelledTextSettings = LabelledTextSettings())
    -> Self
  {
    Self(settings, path: path)
  }
}
