extension RunCurves {
  /// The picture of one run.
  package func chart(title: String) -> LineChart {
    func curves(_ points: (Split) -> [Curve.Point]) -> [Curve] {
      Split.allCases.enumerated().map { color, split in
        Curve(name: split.name, color: color, stroke: split == .training ? .thin : .strong, points: points(split))
      }
    }
    return LineChart(
      title: title, xTitle: Axis.steps.title,
      panels: [
        .init(title: "loss", curves: curves { loss($0) }),
        .init(title: "accuracy", curves: curves { accuracy($0) }, isPercentage: true),
      ])
  }

  /// Training loss, and that of the split that is evaluated, for a terminal. Nil if there are too few points.
  package func textChart(marks: TextChart.Marks) -> TextChart? {
    let heldOut: Split = loss(.validation).isEmpty ? .test : .validation
    let curves = [Split.training, heldOut].map { split in
      Curve(name: split.name, color: 0, stroke: .thin, points: loss(split))
    }
    return TextChart(.init(title: "loss", curves: curves), xTitle: Axis.steps.title, marks: marks)
  }

  /// The picture of several runs: a colour for each, with the held-out split in a strong line and training dashed.
  package static func chart(comparing runs: [(name: String, curves: RunCurves)]) -> LineChart {
    let axis: Axis = runs.allSatisfy { $0.curves.epochs >= 1 } ? .epochs : .steps
    func curves(_ points: (RunCurves, Split) -> [Curve.Point]) -> [Curve] {
      runs.enumerated().flatMap { color, run in
        let heldOut: Split = points(run.curves, .validation).isEmpty ? .test : .validation
        return [(heldOut, Curve.Stroke.strong), (.training, .dashed)].map { split, stroke in
          Curve(name: run.name, color: color, stroke: stroke, points: points(run.curves, split))
        }
      }
    }
    return LineChart(
      title: runs.count == 1 ? "1 run" : "\(runs.count) runs", xTitle: axis.title,
      panels: [
        .init(title: "loss", curves: curves { $0.loss($1, by: axis) }),
        .init(title: "accuracy", curves: curves { $0.accuracy($1, by: axis) }, isPercentage: true),
      ], note: "solid: validation (or test); dashed: training")
  }
}
