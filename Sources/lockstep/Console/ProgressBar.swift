import Charts
import Foundation
import PlainText
import Training

/// One line with the progress of a run.
enum ProgressBar {
  private enum Fact: CaseIterable {
    case step, epoch, loss, sparkline, smoothedLoss, accuracy, rate, speed, timeLeft
  }

  /// Facts that a narrow terminal leaves out, in this order; the remaining time always stays.
  private static let dispensable: [Fact] = [
    .sparkline, .smoothedLoss, .rate, .epoch, .speed, .accuracy, .step, .loss,
  ]
  private static let shortestBar = 10
  private static let longestBar = 40
  static let sparklineWidth = 16

  /// For a terminal of `width` columns, of which the last stays free. The bar takes the space that the numbers leave.
  ///
  /// - Parameter losses: Losses up to this step, for a sparkline; a terminal without block characters shows none.
  static func text(
    _ step: StepReport, losses: [Double] = [], width: Int, style: TerminalStyle = .full
  ) -> String {
    let fraction = step.totalSteps > 0 ? Double(step.step) / Double(step.totalSteps) : 0
    let left = "\(Int(fraction * 100))".leftPadded(to: 3) + "% "
    func space(beside right: String) -> Int { width - 1 - left.count - right.count }
    let shorterAndShorter = (0...dispensable.count).lazy.map { count in
      "  "
        + line(
          step, losses: style.isPlain ? [] : losses, without: dispensable.prefix(count), separator: "  ",
          paddingStep: true)
    }
    let right = shorterAndShorter.first { space(beside: $0) >= shortestBar } ?? ""
    let length = min(space(beside: right), longestBar)
    guard length > 0 else { return String(left.prefix(max(0, width - 1))) }
    let filled = Int((Double(length) * fraction).rounded(.down))
    let bar = style.bar
    return left + String(repeating: bar.done, count: filled) + String(repeating: bar.left, count: length - filled)
      + right
  }

  /// For a pipe.
  static func plainText(_ step: StepReport) -> String {
    line(step, losses: [], without: [], separator: ", ", paddingStep: false)
  }

  /// - Parameter paddingStep: Whether to pad the step's number to the width of the last one, so that the bar's end does not move.
  private static func line(
    _ step: StepReport, losses: [Double], without left: ArraySlice<Fact>, separator: String, paddingStep: Bool
  ) -> String {
    Fact.allCases.filter { !left.contains($0) }.compactMap { fact -> String? in
      switch fact {
      case .step:
        "step \("\(step.step)".leftPadded(to: paddingStep ? "\(step.totalSteps)".count : 0))/\(step.totalSteps)"
      case .epoch: "epoch \(Format.decimal(step.epoch, 2))"
      case .loss: "loss \(Format.decimal(step.loss, 4))"
      // Padded, so that the bar's end does not move.
      case .sparkline:
        losses.isEmpty ? nil : Sparkline.text(losses, width: sparklineWidth).padded(to: sparklineWidth)
      case .smoothedLoss: step.smoothedLoss.map { "smoothed \(Format.decimal($0, 4))" }
      case .accuracy: "accuracy \(Format.decimal(step.accuracy * 100, 1))%"
      case .rate: "rate \(Format.significant(step.learningRate))"
      case .speed: "\(Format.decimal(step.samplesPerSecond, 0)) samples/s"
      case .timeLeft: "\(Format.duration(step.secondsLeft)) left"
      }
    }.joined(separator: separator)
  }
}

/// One line for each evaluation.
enum EvaluationTable {
  static let head = "      step   epoch  split           loss  accuracy  samples     time"

  static func line(_ evaluation: EvaluationReport) -> String {
    let cells = [
      "\(evaluation.step)".leftPadded(to: 10),
      Format.decimal(evaluation.epoch, 2).leftPadded(to: 8),
      "  " + evaluation.split.rawValue.padded(to: 11),
      Format.decimal(evaluation.loss, 4).leftPadded(to: 9),
      Format.percent(evaluation.accuracy).leftPadded(to: 10),
      "\(evaluation.samples)".leftPadded(to: 9),
      Format.duration(evaluation.seconds).leftPadded(to: 9),
      evaluation.isBest ? "  best so far" : "",
    ]
    return cells.joined()
  }
}
