import Foundation
import Testing

@testable import Training
@testable import lockstep

/// The line that says how far a run is, at the widths of terminals.
@Suite struct ProgressBarTests {
  private let step = StepReport(
    step: 44, totalSteps: 720, epoch: 1.1, loss: 1.0467, smoothedLoss: nil, accuracy: 0.715, learningRate: 0.05,
    samplesPerSecond: 3627, secondsLeft: 17.6, isLogged: false)

  @Test(
    "a narrow terminal goes without facts one by one; a bar and the time left stay",
    arguments: [
      (200, 40, "  step  44/720  epoch 1.10  loss 1.0467  accuracy 71.5%  rate 0.05  3627 samples/s  18 s left"),
      (120, 21, "  step  44/720  epoch 1.10  loss 1.0467  accuracy 71.5%  rate 0.05  3627 samples/s  18 s left"),
      (100, 12, "  step  44/720  epoch 1.10  loss 1.0467  accuracy 71.5%  3627 samples/s  18 s left"),
      (80, 20, "  step  44/720  loss 1.0467  accuracy 71.5%  18 s left"),
      (40, 10, "  loss 1.0467  18 s left"),
      (30, 13, "  18 s left"),
      (20, 14, ""),
      (8, 2, ""),
      (4, 0, ""),
    ])
  func widths(width: Int, bar: Int, facts: String) {
    let text = ProgressBar.text(step, width: width)
    let filled = bar * 44 / 720
    let drawn = String(repeating: "█", count: filled) + String(repeating: "░", count: bar - filled)
    #expect(text == String(("  6% " + drawn + facts).prefix(width - 1)))
  }

  @Test("no step of a run is wider than its terminal", arguments: [2, 17, 40, 63, 80, 120])
  func neverTooWide(width: Int) {
    var step = step
    step.smoothedLoss = 12.3456
    for losses in [[], [1.0], Array(repeating: 2.0, count: 99)] {
      #expect(ProgressBar.text(step, losses: losses, width: width).count < width)
    }
    for (number, seconds) in [(1, 359_999.0), (99, 3599), (720, 0), (720, .infinity)] {
      (step.step, step.secondsLeft) = (number, seconds)
      #expect(ProgressBar.text(step, width: width).count < width)
    }
  }

  @Test("a wide terminal shows a sparkline of the losses beside the loss; a narrow or plain one does not")
  func sparkline() throws {
    let losses = (0..<24).map { 24 - Double($0) }
    let wide = ProgressBar.text(step, losses: losses, width: 140)
    let loss = try #require(wide.range(of: "loss 1.0467  "))
    let drawn = wide[loss.upperBound...].prefix(ProgressBar.sparklineWidth)
    #expect(drawn.first == "█" && drawn.last == "▁" && drawn.allSatisfy { "▁▂▃▄▅▆▇█".contains($0) })
    #expect(wide.count < 140 && wide.contains("  accuracy 71.5%  rate 0.05  3627 samples/s  18 s left"))
    #expect(ProgressBar.text(step, losses: losses, width: 110) == ProgressBar.text(step, width: 110))
    for environment in [["NO_COLOR": "1"], ["LC_ALL": "C"], ["TERM": "dumb"]] {
      let style = TerminalStyle(environment: environment)
      let plain = ProgressBar.text(step, losses: losses, width: 200, style: style)
      #expect(plain == ProgressBar.text(step, width: 200, style: style))
      #expect(plain.utf8.allSatisfy { $0 < 0x80 })
    }
  }

  @Test("the bar does not move while the sparkline grows")
  func growingSparkline() {
    let texts = [[1.0], [1, 2, 3], Array(repeating: 1.0, count: 40)].map {
      ProgressBar.text(step, losses: $0, width: 150)
    }
    #expect(Set(texts.map(\.count)).count == 1)
  }

  @Test("a pipe gets all of it")
  func plain() {
    var step = step
    step.smoothedLoss = 1.25
    #expect(
      ProgressBar.plainText(step)
        == "step 44/720, epoch 1.10, loss 1.0467, smoothed 1.2500, accuracy 71.5%, rate 0.05, 3627 samples/s, 18 s left"
    )
  }
}
