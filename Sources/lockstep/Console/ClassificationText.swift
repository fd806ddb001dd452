import Inference
import JSON
import PlainText
import Training

/// Output of `classify` for one input, for people and for programs.
struct ClassificationText {
  let result: Classification
  /// Number of classes to show.
  let top: Int
  var style = TerminalStyle.full

  private static let barWidth = 30

  private var shown: ArraySlice<Classification.Candidate> { result.candidates.prefix(top) }

  /// One line with a bar for each class.
  var table: String {
    let names = shown.map { PrintableText.replacingControls(in: $0.className) }
    let width = names.map(\.count).max() ?? 0
    let lines = zip(shown, names).map { candidate, name in
      let percent = Format.percent(candidate.probability)
      let length = (candidate.probability * Double(Self.barWidth)).rounded()
      let bar = String(repeating: style.bar.done, count: length > 0 ? min(Self.barWidth, Int(length)) : 0)
      return "  \(name.padded(to: width))\(percent.leftPadded(to: 10))\(bar.isEmpty ? "" : "  " + bar)"
    }
    return lines.joined(separator: "\n")
  }

  /// One object on one line.
  var json: String {
    let object: JSON = [
      "input": .string(result.input),
      "is_cut": .bool(result.cut != nil),
      "class": .string(result.candidates[0].className),
      "probability": .number(result.candidates[0].probability),
      "probabilities": .array(
        shown.map { ["class": .string($0.className), "probability": .number($0.probability)] }),
    ]
    return object.description
  }
}
