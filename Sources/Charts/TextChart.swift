import Foundation
import PlainText

/// A chart of characters, for terminals.
package struct TextChart: Sendable {
  /// Characters to draw with.
  package struct Marks: Sendable {
    let curves: [Character]
    let (vertical, tick, corner, horizontal): (Character, Character, Character, Character)

    package static let blocks = Marks(curves: ["·", "●"], vertical: "│", tick: "┤", corner: "└", horizontal: "─")
    package static let ascii = Marks(curves: [".", "o"], vertical: "|", tick: "|", corner: "+", horizontal: "-")
  }

  let panel: LineChart.Panel
  let xScale: AxisScale
  let xTitle: String
  let marks: Marks

  /// Draws two curves at most, the second over the first. Nil if there are fewer than two points.
  package init?(_ panel: LineChart.Panel, xTitle: String, marks: Marks) {
    precondition(panel.curves.count <= marks.curves.count, "\(panel.curves.count) curves of characters")
    let count = panel.curves.map(\.points.count).max() ?? 0
    guard count > 1, let xScale = LineChart(title: "", xTitle: xTitle, panels: [panel]).xScale(marks: 5)
    else { return nil }
    (self.panel, self.xScale, self.xTitle, self.marks) = (panel, xScale, xTitle, marks)
  }

  private static let rows = 9
  /// Least width of the plot: the first line requires space for the title and two names.
  private static let fewestColumns = 48
  /// Every second row has a number.
  private static let labels = 5

  /// Twelve lines: legend, values, axis and its numbers. Nil if a line of `width` columns is too short.
  package func text(width: Int) -> String? {
    let values = panel.curves.flatMap(\.points).map(\.y)
    guard let low = values.min(), let high = values.max() else { return nil }
    let yScale = AxisScale(tight: low...high, marks: Self.labels)
    let labels = rowLabels(yScale)
    let labelWidth = labels.map(\.count).max() ?? 0
    let columns = min(width, 90) - labelWidth - 2
    guard columns >= Self.fewestColumns else { return nil }
    let plotted = zip(plot(yScale, columns: columns), labels).map { row, label in
      label.leftPadded(to: labelWidth) + " " + String(label.isEmpty ? marks.vertical : marks.tick) + String(row)
    }
    let indent = String(repeating: " ", count: labelWidth + 1)
    let kind = yScale.isLogarithmic ? " (logarithmic)" : ""
    let lines =
      [indent + panel.title + kind + ":  " + legend] + plotted + [
        indent + String(marks.corner) + String(repeating: marks.horizontal, count: columns), indent + axis(columns),
      ]
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  private var legend: String {
    let names = zip(panel.curves, marks.curves).filter { !$0.0.points.isEmpty }.map { "\($0.1) \($0.0.name)" }
    return names.joined(separator: "   ")
  }

  /// Numbers beside the rows.
  private func rowLabels(_ scale: AxisScale) -> [String] {
    var labels = [String](repeating: "", count: Self.rows)
    for mark in scale.marks { labels[row(mark, scale)] = String(format: "%.3g", mark) }
    return labels
  }

  private func row(_ value: Double, _ scale: AxisScale) -> Int {
    Self.rows - 1 - Int((scale.location(of: value) * Double(Self.rows - 1)).rounded())
  }

  private func plot(_ scale: AxisScale, columns: Int) -> [[Character]] {
    var cells = [[Character]](repeating: [Character](repeating: " ", count: columns), count: Self.rows)
    for (curve, mark) in zip(panel.curves, marks.curves) {
      for point in curve.points {
        let column = Int(xScale.location(of: point.x) * Double(columns - 1))
        cells[row(point.y, scale)][column] = mark
      }
    }
    return cells
  }

  /// Numbers below the axis, each centred below its location if there is space.
  private func axis(_ columns: Int) -> String {
    var line = ""
    for mark in xScale.marks {
      let text = xScale.text(mark)
      let center = 1 + Int(xScale.location(of: mark) * Double(columns - 1))
      let start = min(max(0, center - text.count / 2), columns + 1 - text.count)
      guard start > line.count || line.isEmpty else { continue }
      line = line.padded(to: start) + text
    }
    return line.count + xTitle.count + 2 <= columns + 1 ? line + "  " + xTitle : line
  }
}
