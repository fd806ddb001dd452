import Configuration
import Files

/// The novel that comes with the program, for predicting the next token.
package struct BundledNovel: TextDatasetSettings {
  package var text: TextSpecification

  package init(_ text: TextSpecification = TextSpecification()) { self.text = text }

  package static var form: Form<BundledNovel> {
    Form(
      "novel", "a novel that comes with Lockstep, used in the same way", template: BundledNovel(),
      example: BundledNovel(exampleText), fields: textFields)
  }

  package static var origin: DatasetOrigin {
    .bundled(
      files: BundledData.novelFiles, summary: "Jane Austen, Pride and Prejudice, as text", terms: "public domain")
  }

  package static var locationKeys: [String] { [] }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    context.check(
      "data.path", holds: data.path == nil, "the novel is bundled and has no path",
      hint: "use dataset: text for a text of your own")
    checkText(data, &context)
  }

  package func path(_ data: DatasetSpecification, dataDirectory: String?) throws(DataError) -> String? {
    if let file = dataDirectory, let kind = try Paths.kind(of: file), kind != .folder {
      throw DataError(
        file, "is a text, but dataset: novel reads the bundled one", advice: "use dataset: text", isWrongUse: true)
    }
    return nil
  }
}

extension DatasetSpecification {
  /// The novel that comes with the program, for predicting the next token.
  public static func novel(_ text: TextSpecification = TextSpecification()) -> Self { Self(BundledNovel(text)) }
}
