import Inference
import JSON

/// Format of the file of `evaluate --predictions`, which its suffix decides.
enum PredictionFormat: String, CaseIterable {
  case csv, jsonl

  init?(path: String) {
    guard let dot = path.lastIndex(of: "."),
      let format = PredictionFormat(rawValue: path[path.index(after: dot)...].lowercased())
    else {
      return nil
    }
    self = format
  }
}

/// Rows of the file of `evaluate --predictions`. Numbers have as many digits as it takes to read back the same value.
struct PredictionRows {
  let format: PredictionFormat
  /// Empty for a text.
  let classNames: [String]

  /// Names of the columns; nothing for JSON, whose members have names.
  var head: [UInt8] {
    guard format == .csv else { return [] }
    return bytes(
      classNames.isEmpty
        ? ["sample", "position", "tokens", "correct", "loss"]
        : ["sample", "file", "class", "predicted"] + classNames + ["loss"])
  }

  func row(_ prediction: SamplePrediction) -> [UInt8] {
    switch (format, prediction.content) {
    case (.csv, .ofClasses(let actual, let predicted, let probabilities)):
      bytes(
        ["\(prediction.sample)", prediction.file ?? "", classNames[actual], classNames[predicted]]
          + probabilities.map(\.description) + [loss(prediction)])
    case (.csv, .window(let position, let tokens, let correct)):
      bytes(["\(prediction.sample)", "\(position)", "\(tokens)", "\(correct)", loss(prediction)])
    case (.jsonl, .ofClasses(let actual, let predicted, let probabilities)):
      bytes([
        "sample": .integer(prediction.sample),
        "file": prediction.file.map { .string($0) } ?? .null,
        "class": .string(classNames[actual]),
        "predicted": .string(classNames[predicted]),
        "probabilities": .object(zip(classNames, probabilities).map { JSON.Member($0, .number($1)) }),
        "loss": .number(prediction.loss),
      ])
    case (.jsonl, .window(let position, let tokens, let correct)):
      bytes([
        "sample": .integer(prediction.sample), "position": .integer(position), "tokens": .integer(tokens),
        "correct": .integer(correct), "loss": .number(prediction.loss),
      ])
    }
  }

  private func loss(_ prediction: SamplePrediction) -> String { prediction.loss?.description ?? "" }
  private func bytes(_ fields: [String]) -> [UInt8] { Array(CSVLine.text(fields).utf8) }
  private func bytes(_ object: JSON) -> [UInt8] { Array("\(object)\n".utf8) }
}
