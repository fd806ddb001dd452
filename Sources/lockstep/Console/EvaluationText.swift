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
    var lines = [
      "\(trained.checkpoint), after step \(trained.step)",
      "\(split.rawValue): \(result.samples) samples, loss \(Format.decimal(result.loss, 4)), "
        + "accuracy \(Format.percent(result.accuracy))",
      "",
    ]
    let names = result.classNames
    let width = names.map(\.count).max() ?? 0
    let isSmall = names.count <= Self.widestMatrix
    let largest = result.confusion.flatMap { $0 }.max() ?? 0
    let cell = max(4, "\(largest)".count + 1)
    lines.append(
      pad("class", width) + "  accuracy" + (isSmall ? "   predicted as" : ""))
    if isSmall {
      let head = names.indices.map { left("\($0)", cell) }.joined()
      lines.append(String(repeating: " ", count: width + 10) + "  " + head)
    }
    for (index, name) in names.enumerated() {
      var line = pad(name, width) + left(Format.percent(result.perClassAccuracy[index]), 10)
      if isSmall { line += "  " + result.confusion[index].map { left("\($0)", cell) }.joined() + "   \(index)" }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
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
      "classes": .array(result.classNames.map { .string($0) }),
      "per_class_accuracy": .array(result.perClassAccuracy.map { .number($0) }),
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
