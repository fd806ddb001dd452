import JSON
import Testing

@testable import Charts

/// Curves out of a run's records.
@Suite struct RunCurvesTests {
  private func curves(_ records: [JSON]) -> RunCurves {
    var curves = RunCurves()
    for record in records { curves.add(record) }
    return curves
  }

  @Test("records of other kinds, and values that are missing or null, have no part")
  func records() {
    let curves = curves([
      ["step": 1, "epoch": 0.5, "split": "train", "loss": 2, "accuracy": 0.25],
      ["step": 2, "epoch": 1.0, "split": "train", "loss": .null, "accuracy": 0.5],
      ["step": 2, "epoch": 1.0, "split": "validation", "loss": 1.5],
      ["step": 2, "split": "sample", "loss": 7], ["step": "2", "split": "train", "loss": 7], ["text": "novel"], 3,
    ])
    #expect(curves.loss(.training) == [.init(1, 2)] && curves.accuracy(.training).map(\.y) == [0.25, 0.5])
    #expect(curves.loss(.validation, by: .epochs) == [.init(1, 1.5)] && curves.accuracy(.validation).isEmpty)
    #expect(curves.epochs == 1 && !curves.isEmpty && RunCurves().isEmpty)
  }

  @Test("runs are compared by epochs if each has done one, else by steps")
  func axes() {
    func run(_ epoch: Double) -> RunCurves {
      curves([["step": 10, "epoch": .number(epoch), "split": "train", "loss": 2]])
    }
    #expect(RunCurves.chart(comparing: [("a", run(1)), ("b", run(4))]).xTitle == "epoch")
    let chart = RunCurves.chart(comparing: [("a", run(0.5)), ("b", run(4))])
    #expect(chart.xTitle == "step" && chart.legend.map(\.name) == ["a", "b"] && chart.panels.count == 1)
  }
}
