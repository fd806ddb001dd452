import Configuration
import DataPipeline
import NeuralNetworks

extension RunConfiguration {
  /// Reports keys of labelled lines of text that do not go together.
  func checkLabelledText(_ context: inout DecodingContext) {
    guard data.isLabelledText else { return }
    let lines = data.labelledText
    let given = [data.validation == nil, lines.validationFile == nil, lines.validationLines == nil].count { !$0 }
    context.check(
      "data.validation", "data.validation_file", "data.validation_lines", holds: given <= 1,
      "validation, validation_file and validation_lines exclude each other", hint: "keep one of them")
    context.check(
      "data.format", "data.categories", holds: (lines.format == .numbered) == (lines.categories != nil),
      lines.categories == nil ? "format numbered requires categories" : "categories go with format numbered",
      hint: lines.categories == nil ? "give the file that names the numbers" : "leave categories out")
    context.check(
      "data.text_column", "data.label_column", holds: lines.textColumn != lines.labelColumn,
      "text and label are in the same column", hint: "columns are counted from 0")
    let isPlain = (lines.textColumn, lines.labelColumn) == (0, 1)
    context.check(
      "data.format", "data.text_column", "data.label_column", holds: lines.format == .csv || isPlain,
      "text_column and label_column go with format csv", hint: "leave them out, or give format: csv")
    context.check(
      "data.format", "data.header", holds: lines.format != .numbered || lines.hasHeader != true,
      "header goes with format csv or tsv", hint: "leave it out")
    context.check(
      "data.dataset", "model", holds: model.architecture.input == .tokens,
      "the data are tokens, but the model reads numbers", hint: "begin its layers with an embedding")
    context.check(
      "data.dataset", "model", holds: !model.architecture.isLanguageModel,
      "\(model.name) predicts tokens, but labelled texts have classes",
      hint: "give layers that begin with an embedding and end with one output a class")
  }
}
