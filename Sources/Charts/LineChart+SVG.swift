import PlainText

extension LineChart {
  private static let width = 720
  private static let panelHeight = 240
  private static let margin = (left: 64, right: 24)
  /// Heights of a panel's title, and of the numbers below its axis.
  private static let (panelTop, panelBottom) = (30, 24)
  private static let legendLine = 20
  /// Most points of a curve that has a dot at each.
  private static let mostDots = 40

  /// A picture that requires no other file, readable on light and dark pages. Without points it says so.
  package var svg: String {
    let rows = legendRows
    let notes = note == nil ? 0 : 1
    let top = 44 + (rows.count + notes) * Self.legendLine
    let panelSize = Self.panelTop + Self.panelHeight + Self.panelBottom
    let height = top + max(1, panels.count) * panelSize + 28
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(Self.width) \#(height)" width="\#(Self.width)" "#
        + #"height="\#(height)" role="img">"#,
      "<title>\(SVGText.escaped(title))</title>", SVGStyle.element,
      #"<rect class="page" width="\#(Self.width)" height="\#(height)"/>"#,
      SVGText.element(title, x: 20, y: 28, style: "title"),
    ]
    lines += legendElements(rows)
    if let note {
      lines.append(SVGText.element(note, x: 20, y: 46 + rows.count * Self.legendLine, style: "note"))
    }
    if let xScale = xScale(marks: 8) {
      for (index, panel) in panels.enumerated() {
        lines += elements(panel, top: top + index * panelSize + Self.panelTop, xScale: xScale)
      }
      lines.append(
        SVGText.element(
          xTitle, x: (Self.margin.left + Self.width - Self.margin.right) / 2, y: height - 12, style: "axis",
          anchor: "middle"))
    } else {
      lines.append(SVGText.element("nothing recorded yet", x: Self.width / 2, y: top + 60, anchor: "middle"))
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  // MARK: Legend

  /// Names in rows that are as wide as the picture.
  private var legendRows: [[(x: Int, curve: Curve)]] {
    var rows: [[(x: Int, curve: Curve)]] = []
    var end = Int.max
    for curve in legend {
      // 7 is about the width of a character. A wider name takes space from the gap.
      let length = 44 + SVGText.shortened(curve.name).count * 7
      if end > Self.width - 20 - length {
        rows.append([])
        end = 20
      }
      rows[rows.count - 1].append((end, curve))
      end += length
    }
    return rows
  }

  private func legendElements(_ rows: [[(x: Int, curve: Curve)]]) -> [String] {
    rows.enumerated().flatMap { index, row in
      row.flatMap { x, curve in
        let y = 46 + index * Self.legendLine
        return [
          #"<path class="\#(SVGStyle.classes(curve))" d="M\#(x) \#(y - 4)h22"/>"#,
          SVGText.element(SVGText.shortened(curve.name), x: x + 28, y: y),
        ]
      }
    }
  }

  // MARK: Panels

  private func elements(_ panel: Panel, top: Int, xScale: AxisScale) -> [String] {
    guard let yScale = panel.scale(marks: 6) else { return [] }
    let (left, right, bottom) = (Self.margin.left, Self.width - Self.margin.right, top + Self.panelHeight)
    func x(_ value: Double) -> Double { Double(left) + xScale.location(of: value) * Double(right - left) }
    func y(_ value: Double) -> Double { Double(bottom) - yScale.location(of: value) * Double(bottom - top) }
    let kind = yScale.isLogarithmic ? " (logarithmic)" : panel.isPercentage ? " (%)" : ""
    var lines = [SVGText.element(panel.title + kind, x: left, y: top - 10, style: "name")]
    var grid = ""
    for mark in yScale.marks {
      grid += "M\(left) \(SVGText.number(y(mark)))H\(right)"
      lines.append(
        SVGText.element(yScale.text(mark), x: left - 8, y: Int(y(mark)) + 4, style: "axis", anchor: "end"))
    }
    for mark in xScale.marks {
      grid += "M\(SVGText.number(x(mark))) \(top)V\(bottom)"
      lines.append(SVGText.element(xScale.text(mark), x: Int(x(mark)), y: bottom + 17, style: "axis", anchor: "middle"))
    }
    lines.insert(#"<path class="grid" d="\#(grid)"/>"#, at: 0)
    for curve in panel.curves where !curve.points.isEmpty {
      let points = curve.points.map { point in
        SVGText.number(x(point.x)) + " " + SVGText.number(y(panel.isPercentage ? point.y * 100 : point.y))
      }
      if points.count > 1 {
        lines.append(#"<path class="\#(SVGStyle.classes(curve))" d="M\#(points.joined(separator: "L"))"/>"#)
      }
      // A line of no length with round ends is a dot.
      if points.count == 1 || curve.stroke == .strong && points.count <= Self.mostDots {
        let dots = points.map { "M\($0)h0" }.joined()
        lines.append(#"<path class="\#(SVGStyle.color(curve)) dot" d="\#(dots)"/>"#)
      }
    }
    return lines
  }
}
