/// Lines of text with a label each, as a configuration names them. All files lie beside the one with the training lines.
public struct LabelledTextSettings: Sendable, Equatable {
  public var format = LabelledTextSpecification.Format.tsv
  /// Name of the file where `data.path` is a folder.
  public var file: String?
  /// Names of the classes in the format `numbered`.
  public var categories: String?
  /// A file of the same format whose lines are for validation.
  public var validationFile: String?
  /// A file of the numbers of the lines that are for validation.
  public var validationLines: String?
  /// A file of the same format whose lines are for testing.
  public var testFile: String?
  public var textColumn = 0
  public var labelColumn = 1
  /// Whether the first line names the columns; nil finds out.
  public var hasHeader: Bool?
  public var tokenizer = TokenizerSpecification.characters
  /// Tokens that samples are cut or padded to; nil is the longest training sample's number.
  public var length: Int?

  public init() {}

  /// The same with paths.
  ///
  /// - Parameters:
  ///   - path: the file with the lines, or the folder that it lies in.
  ///   - share: what is drawn for validation, where no file says it.
  func located(
    at path: String, drawing share: DatasetSpecification.Split?
  ) throws(DataError) -> LabelledTextSpecification {
    var lines = path
    if try PathKind(path) == .folder {
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
      guard !PathKind.isMissing(path) else {
        throw DataError(path, "no such file", advice: "it is looked for beside the training lines", isWrongUse: true)
      }
      return path
    }
    guard !PathKind.isMissing(lines) else {
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
