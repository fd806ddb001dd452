import Checkpoints
import Training

/// The result of `evaluate`, for people and for programs.
struct EvaluationText {
  let result: TrainedModel.Evaluation
  let trained: TrainedModel
  let split: EvaluationReport.Split

  /// More classes than this make no readable matrix on a terminal.
  private static let widestMatrix = 20

  var tables: String {
    if let perplexity = result.perplexity { return textLines(perplexity) }
    var lines = [
      "\(trained.checkpoint), after step \(trained.step)",
      "\(split.rawValue): \(result.samples.counted("sample")), loss \(Format.decimal(result.loss, 4)), "
        + "accuracy \(Format.percent(result.accuracy)), mean per-class recall \(Format.percent(result.meanPerClassRecall))",
      "",
    ]
    let labels = Self.rowLabels(result.classNames)
    let isSmall = labels.count <= Self.widestMatrix
    let width = max("true class".count, labels.map(\.count).max() ?? 0)
    let cell = max(4, "\(result.confusion.flatMap { $0 }.max() ?? 0)".count + 1)
    lines += isSmall ? matrixHead(labels.count, width: width, cell: cell) : listHead(labels.count, width: width)
    for (index, label) in labels.enumerated() {
      var line = pad(label, width) + left(Format.percent(result.perClassAccuracy[index]), 10)
      if isSmall { line += " |" + result.confusion[index].map { left("\($0)", cell) }.joined() }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  /// A text has no classes to tabulate.
  private func textLines(_ perplexity: Double) -> String {
    let bits = [(result.bitsPerCharacter, "character"), (result.bitsPerByte, "byte")].compactMap { value, unit in
      value.map { "\(Format.decimal($0, 3)) bits a \(unit)" }
    }
    return """
      \(trained.checkpoint), after step \(trained.step)
      \(split.rawValue): \(result.samples.counted("token")), loss \(Format.decimal(result.loss, 4)), perplexity \(
        Format.decimal(perplexity, 2)), \(bits.joined(separator: ", ")), accuracy \(Format.percent(result.accuracy))
      """
  }

  /// - Parameters:
  ///   - width: Columns of the terminal that a row's label takes.
  ///   - cell: Those of a number.
  private func matrixHead(_ classes: Int, width: Int, cell: Int) -> [String] {
    [
      "confusion matrix: a row for each true class, a column for each predicted class", "",
      pad("", width + 10) + " |" + pad("", cell - 1) + "predicted class",
      pad("true class", width) + left("accuracy", 10) + " |" + (0..<classes).map { left("\($0)", cell) }.joined(),
      String(repeating: "-", count: width + 11) + "+" + String(repeating: "-", count: cell * classes),
    ]
  }

  private func listHead(_ classes: Int, width: Int) -> [String] {
    [
      "the confusion matrix of \(classes) classes is in the output of --json", "",
      pad("class", width) + left("accuracy", 10),
    ]
  }

  /// A class's number, which heads its column too, and its name where that says more.
  private static func rowLabels(_ names: [String]) -> [String] {
    let width = "\(names.count - 1)".count
    return names.map { ControlCharacters.replaced(in: $0) }.enumerated().map { index, name in
      let number = String(repeating: " ", count: width - "\(index)".count) + "\(index)"
      return name == "\(index)" ? number : "\(number) \(name)"
    }
  }

  /// One object on one line.
  var json: String {
    let object: JSON = [
      "checkpoint": .string(trained.checkpoint),
      "step": .integer(trained.step),
      "weights_sha256": .string(trained.weightsSHA256),
      "split": .string(split.rawValue),
      "samples": .integer(result.samples),
      "loss": .number(result.loss),
      "accuracy": .number(result.accuracy),
      "perplexity": .number(result.perplexity),
      "bits_per_byte": .number(result.bitsPerByte),
      "bits_per_character": .number(result.bitsPerCharacter),
      "classes": .array(result.classNames.map { .string($0) }),
      "per_class_accuracy": .array(result.perClassAccuracy.map { .number($0) }),
      "mean_per_class_recall": .number(result.meanPerClassRecall),
      "confusion_matrix": .array(result.confusion.map { .array($0.map { .integer($0) }) }),
    ]
    return object.description
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
