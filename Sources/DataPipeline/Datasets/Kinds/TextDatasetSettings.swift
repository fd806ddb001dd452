import Configuration

/// A text, for predicting the next token.
package protocol TextDatasetSettings: DatasetSettings {
  var text: TextSpecification { get set }

  /// Path of the text; nil is the bundled novel.
  func path(_ data: DatasetSpecification, dataDirectory: String?) throws(DataError) -> String?
}

extension TextDatasetSettings {
  package var samples: SampleContent { .text(text) }
  package var nominalShape: NominalShape { NominalShape(sample: [text.window]) }
  package var trainingCount: Int? { nil }
  package var mayBringValidation: Bool { false }
  package var heldOutAdvice: String? { "data.test: 0.1" }
  package var imageFiles: ImageFileLimits? { nil }

  static var textFields: [Field<Self>] {
    [
      Field(
        "tokenizer", \.text.tokenizer, .tokenizer,
        "Unit of the text: a character, a byte, or a piece that byte-pair encoding learns from the training split: `{bpe: 8000}` has "
          + "a vocabulary of 8 000."),
      Field(
        "window", \.text.window, .integer(atLeast: 1),
        "Tokens of a sample: how far the model looks back, and how far gradients flow."),
      Field(
        "order", \.text.order, .word(),
        "`random`: windows from anywhere; `sequential`: as many streams as the batch has samples, read side by side, with "
          + "the state of recurrent layers carried on; `shuffled-chunks`: every window once an epoch. Whatever the order, "
          + "evaluations go through the text window by window, and state begins anew in each."),
      Field(
        "test", \.text.test, .share,
        "Share of the text, at its end, that is held out for testing; the validation split lies before it."),
    ]
  }

  static var exampleText: TextSpecification {
    var text = TextSpecification()
    (text.tokenizer, text.window, text.order, text.test) = (.bytePairs(vocabularySize: 500), 9, .sequential, 0.25)
    return text
  }

  /// Checks several keys together, for every kind of text.
  func checkText(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    var share = 1 - text.test
    switch data.validation {
    case nil: break
    case .fraction(let taken): share -= taken
    case .count:
      context.check(
        "data.validation", holds: false, "a text is split by shares",
        hint: "write a share, for example validation: 0.1")
    }
    context.check(
      "data.validation", "data.test", holds: share > 0, "validation and test leave nothing to train on",
      hint: "lower one of them")
  }

  package func open(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetSplits {
    try DatasetSplits(
      text: text, at: try path(data, dataDirectory: opening.dataDirectory), data, opening)
  }
}
