import Configuration
import Files

/// A text file of the user's own, for predicting the next token.
package struct TextFile: TextDatasetSettings {
  package var text: TextSpecification

  package init(_ text: TextSpecification = TextSpecification()) { self.text = text }

  package static var form: Form<TextFile> {
    Form(
      "text", "a UTF-8 text file (`path` or `--data`), to predict the next token", template: TextFile(),
      example: TextFile(exampleText), fields: textFields)
  }

  package static var origin: DatasetOrigin { .user }
  package static var locationKeys: [String] { [] }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) { checkText(data, &context) }

  package func path(_ data: DatasetSpecification, dataDirectory: String?) throws(DataError) -> String? {
    guard let path = data.path ?? dataDirectory else {
      throw DataError(
        "data.path", "no text is named", advice: "give a UTF-8 text file as data.path or --data, or use dataset: novel",
        isWrongUse: true)
    }
    switch try Paths.kind(of: path) {
    case .folder: throw DataError(path, "is a folder", advice: "give the text file itself", isWrongUse: true)
    case nil: throw DataError(path, "no such file", advice: "check --data and data.path", isWrongUse: true)
    case .file, .link, .other: return path
    }
  }
}

extension DatasetSpecification {
  /// A text file, for predicting the next token.
  public static func text(path: String? = nil, _ text: TextSpecification = TextSpecification()) -> Self {
    Self(TextFile(text), path: path)
  }
}
