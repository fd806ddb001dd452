import Inference
import JSON
import PlainText
import Training

/// The result of `evaluate`, for people and for programs.
struct EvaluationText {
  let result: TrainedModel.Evaluation
  let trained: TrainedModel
  let split: DataSplit

  /// Most classes for which a matrix is readable on a terminal.
  private static let widestMatrix = 20
  /// Most classes that are listed.
  private static let longestList = 200
  /// Number of lines to show beyond that.
  private static let worstCount = 20
  /// Most classes for which the JSON object has a `confusion_matrix`; beyond that it has `confusion_cells` only.
  private static let largestMatrix = 1000

  var tables: String {
    if let perplexity = result.perplexity { return textLines(perplexity) }
    var lines = [
      "\(trained.checkpoint), after step \(trained.step)",
      "\(split.rawValue): \(result.samples.counted("sample")), loss \(Format.decimal(result.loss, 4)), "
        + "accuracy \(Format.percent(result.accuracy)), mean per-class recall \(Format.percent(result.meanPerClassRecall))",
      "",
    ]
    let labels = Self.rowLabels(result.classNames)
    lines += labels.count <= Self.longestList ? classLines(labels) : worstLines(labels)
    return lines.joined(separator: "\n")
  }

  /// One line for each class.
  private func classLines(_ labels: [String]) -> [String] {
    let isSmall = labels.count <= Self.widestMatrix
    let rows = isSmall ? result.confusion.rows : []
    let width = max("true class".count, labels.map(\.count).max() ?? 0)
    let cell = max(4, "\(rows.joined().max() ?? 0)".count + 1)
    let head = isSmall ? matrixHead(labels.count, width: width, cell: cell) : listHead(labels.count, width: width)
    return head
      + zip(labels, result.perClassAccuracy).enumerated().map { index, entry in
        let line = entry.0.padded(to: width) + Format.percent(entry.1).leftPadded(to: 10)
        return isSmall ? line + " |" + rows[index].map { "\($0)".leftPadded(to: cell) }.joined() : line
      }
  }

  /// For too many classes to list: the classes recognised least, and the pairs confused most often.
  private func worstLines(_ labels: [String]) -> [String] {
    let accuracies = result.perClassAccuracy
    let measured = labels.indices.compactMap { index in accuracies[index].map { (index, $0) } }
    let weakest = measured.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(Self.worstCount)
    let width = max("true class".count, weakest.map { labels[$0.0].count }.max() ?? 0)
    var lines = [
      "\(measured.count) of \(labels.count) classes have samples; all of them are in the output of --json", "",
      "the \(weakest.count) classes recognised least",
      "true class".padded(to: width) + "accuracy".leftPadded(to: 10),
    ]
    lines += weakest.map { labels[$0.0].padded(to: width) + Format.percent($0.1).leftPadded(to: 10) }
    let pairs = result.confusion.worst(Self.worstCount)
    guard !pairs.isEmpty else { return lines }
    let pairWidth = max("true class".count, pairs.map { labels[$0.actual].count }.max() ?? 0)
    lines += ["", "the \(pairs.count.counted("pair")) mixed up most often"]
    lines.append("samples".leftPadded(to: 10) + "  " + "true class".padded(to: pairWidth) + "  predicted class")
    lines += pairs.map {
      "\($0.count)".leftPadded(to: 10) + "  " + labels[$0.actual].padded(to: pairWidth) + "  " + labels[$0.predicted]
    }
    return lines
  }

  /// A model of text has no table of classes.
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
  ///   - cell: Columns of the terminal that a number takes.
  private func matrixHead(_ classes: Int, width: Int, cell: Int) -> [String] {
    [
      "confusion matrix: a row for each true class, a column for each predicted class", "",
      "".padded(to: width + 10) + " |" + "".padded(to: cell - 1) + "predicted class",
      "true class".padded(to: width) + "accuracy".leftPadded(to: 10) + " |"
        + (0..<classes).map { "\($0)".leftPadded(to: cell) }.joined(),
      String(repeating: "-", count: width + 11) + "+" + String(repeating: "-", count: cell * classes),
    ]
  }

  private func listHead(_ classes: Int, width: Int) -> [String] {
    [
      "the confusion matrix of \(classes) classes is in the output of --json", "",
      "class".padded(to: width) + "accuracy".leftPadded(to: 10),
    ]
  }

  /// A class's number, which also heads its column, and its name if that differs from the number.
  private static func rowLabels(_ names: [String]) -> [String] {
    let width = "\(names.count - 1)".count
    return names.map { PrintableText.replacingControls(in: $0) }.enumerated().map { index, name in
      let number = "\(index)".leftPadded(to: width)
      return name == "\(index)" ? number : "\(number) \(name)"
    }
  }

  /// One object on one line.
  var json: String {
    let confusion = result.confusion
    let isTooLarge = confusion.classes > Self.largestMatrix
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
      "confusion_matrix": isTooLarge ? .null : .array(confusion.rows.map { .array($0.map { .integer($0) }) }),
      // For too many classes for a matrix, its non-zero cells: [true class, predicted class, samples].
      "confusion_cells": isTooLarge
        ? .array(confusion.cells.map { [.integer($0.actual), .integer($0.predicted), .integer($0.count)] }) : .null,
    ]
    return object.description
  }
}
