import Foundation
import Training

/// One line that says how far a run is.
enum ProgressBar {
  /// For a terminal of `width` columns: the bar takes what the numbers leave.
  static func text(_ step: StepReport, width: Int) -> String {
    let fraction = step.totalSteps > 0 ? Double(step.step) / Double(step.totalSteps) : 0
    let left = String(repeating: " ", count: max(0, 3 - "\(Int(fraction * 100))".count)) + "\(Int(fraction * 100))% "
    // A narrow terminal has no room for everything.
    let all = " " + facts(step, separator: "  ", showsSmoothed: true)
    let fits = width - left.count - all.count - 3 >= 5
    let right = fits ? all : " " + facts(step, separator: "  ", showsSmoothed: false)
    let room = width - left.count - right.count - 3
    guard room >= 5 else { return String((left + right).prefix(max(0, width - 1))) }
    let length = min(room, 40)
    let filled = Int((Double(length) * fraction).rounded(.down))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: length - filled)
    return left + bar + right
  }

  /// For a pipe.
  static func plainText(_ step: StepReport) -> String { facts(step, separator: ", ", showsSmoothed: true) }

  private static func facts(_ step: StepReport, separator: String, showsSmoothed: Bool) -> String {
    let smoothed = showsSmoothed ? step.smoothedLoss.map { " (smoothed \(Format.decimal($0, 4)))" } : nil
    return [
      "step \(step.step)/\(step.totalSteps)",
      "epoch \(Format.decimal(step.epoch, 2))",
      "loss \(Format.decimal(step.loss, 4))\(smoothed ?? "")",
      "accuracy \(Format.decimal(step.accuracy * 100, 1))%",
      "rate \(Format.significant(step.learningRate))",
      "\(Format.decimal(step.samplesPerSecond, 0)) samples/s",
      "\(Format.duration(step.secondsLeft)) left",
    ].joined(separator: separator)
  }
}

/// A line a measurement of held-out data.
enum EvaluationTable {
  static let head = "      step   epoch  split           loss  accuracy  samples     time"

  static func line(_ evaluation: EvaluationReport) -> String {
    let cells = [
      pad("\(evaluation.step)", 10),
      pad(Format.decimal(evaluation.epoch, 2), 8),
      "  " + evaluation.split.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0),
      pad(Format.decimal(evaluation.loss, 4), 9),
      pad(Format.percent(evaluation.accuracy), 10),
      pad("\(evaluation.samples)", 9),
      pad(Format.duration(evaluation.seconds), 9),
      evaluation.isBest ? "  best so far" : "",
    ]
    return cells.joined()
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
