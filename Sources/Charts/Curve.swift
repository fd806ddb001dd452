/// A line of a chart: points in the order of their x.
package struct Curve: Equatable, Sendable {
  package struct Point: Equatable, Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  package enum Stroke: String, Sendable {
    /// For values that scatter, and so lie behind other curves.
    case thin
    case dashed
    /// With a dot at each point if those are few.
    case strong
  }

  /// Name in the legend, which lists each name once, however many charts have such a curve.
  package var name: String
  /// Number of its colour in the palette.
  package var color: Int
  package var stroke: Stroke
  package var points: [Point]

  package init(name: String, color: Int, stroke: Stroke, points: [Point]) {
    (self.name, self.color, self.stroke, self.points) = (name, color, stroke, points)
  }
}
