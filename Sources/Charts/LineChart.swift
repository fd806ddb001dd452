/// Charts below one another, with the same x axis and one legend.
package struct LineChart: Sendable {
  package struct Panel: Sendable {
    package var title: String
    package var curves: [Curve]
    /// Whether values are fractions, shown in per cent.
    package var isPercentage = false

    package init(title: String, curves: [Curve], isPercentage: Bool = false) {
      (self.title, self.curves, self.isPercentage) = (title, curves, isPercentage)
    }

    /// Nil if there are no points.
    func scale(marks count: Int) -> AxisScale? {
      let values = curves.flatMap(\.points).map { isPercentage ? $0.y * 100 : $0.y }
      guard let low = values.min(), let high = values.max() else { return nil }
      return isPercentage ? AxisScale(low...high, marks: count) : .fitting(low...high, marks: count)
    }
  }

  package var title: String
  package var xTitle: String
  package var panels: [Panel]
  /// Explains strokes that the legend's names do not.
  package var note: String?

  package init(title: String, xTitle: String, panels: [Panel], note: String? = nil) {
    (self.title, self.xTitle, self.note) = (title, xTitle, note)
    self.panels = panels.filter { $0.curves.contains { !$0.points.isEmpty } }
  }

  /// From 0, unless all points are far from it; nil if there are none.
  func xScale(marks count: Int) -> AxisScale? {
    let values = panels.flatMap(\.curves).flatMap(\.points).map(\.x)
    guard let low = values.min(), let high = values.max() else { return nil }
    return AxisScale((low > high / 2 ? low : min(0, low))...high, marks: count)
  }

  /// The first curve of each name, in the order of the panels.
  var legend: [Curve] {
    var names: Set<String> = []
    return panels.flatMap(\.curves).filter { !$0.points.isEmpty && names.insert($0.name).inserted }
  }
}
