import Configuration
import DataPipeline

extension DatasetSpecification {
  /// The form `dataset: labelled-text`.
  static var labelledLines: Variant<DatasetSpecification> {
    let name = Codec.text.optional
    let column = Codec<Int>.integer(atLeast: 0)
    return Variant(
      Kind.labelledText.rawValue, "lines of UTF-8 text with a label each, `path` or `--data`: which class a text is of",
      template: LabelledTextSettings(),
      fields: [
        Field(
          "format", \.format, .word(),
          "`tsv`: text, tab, label; `csv`: columns, quoted as in RFC 4180; `numbered`: text, space, number of a class, which "
            + "`categories` names."),
        Field("file", \.file, name, "Name of the file with the lines, where `path` or `--data` is its folder."),
        Field("categories", \.categories, name, "File beside it with lines of number (from 1), space, name."),
        Field(
          "validation_file", \.validationFile, name,
          "File beside it with lines for validation, instead of `validation`."),
        Field(
          "validation_lines", \.validationLines, name,
          "File beside it with the numbers (from 1) of the lines that are for validation, instead of `validation`."),
        Field("test_file", \.testFile, name, "File beside it with lines for testing."),
        Field("text_column", \.textColumn, column, "Column of the text in a CSV file, from 0."),
        Field("label_column", \.labelColumn, column, "Column of the label in a CSV file, from 0."),
        Field(
          "header", \.hasHeader, .truthOrAutomatic,
          "Whether the first line of the files names their columns (csv, tsv); `auto`: where its label is a word such as "
            + "`label` or `class`, which no other line has."),
        Field("tokenizer", \.tokenizer, tokenizer, "What a token is, as of `dataset: text`."),
        Field(
          "length", \.length, Codec<Int>.integer(atLeast: 1).optional,
          "Tokens of a sample: longer texts are cut, shorter ones padded; null is the longest training text's."),
      ],
      prepare: { $0.normalization = .none },
      apply: { keys, data in
        data.kind = .labelledText
        data.labelledText = keys
      },
      take: { $0.isLabelledText ? $0.labelledText : nil })
  }
}
