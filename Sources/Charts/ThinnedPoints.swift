/// A curve of any number of points, reduced to about `limit` points: each is the mean of equally many successive ones.
///
/// The result depends on the points alone: those that a resumed run reads from its log give the curve of a run that was not
/// stopped.
package struct ThinnedPoints: Equatable, Sendable {
  /// Means of `groupSize` successive points each.
  private var means: [Curve.Point] = []
  private var groupSize = 1
  /// Sums over the points after the last whole group.
  private var rest = Curve.Point(0, 0)
  private var restCount = 0
  private let limit: Int

  package init(limit: Int) {
    precondition(limit >= 2 && limit.isMultiple(of: 2), "a curve of at most \(limit) points")
    self.limit = limit
    means.reserveCapacity(limit)
  }

  /// Largest value: beyond it, a sum of many values might no longer be finite.
  private static let largest = 1e100

  /// Leaves out a point that no chart can show: a loss that is not finite, or beyond measure.
  package mutating func add(_ point: Curve.Point) {
    guard abs(point.x) <= Self.largest, abs(point.y) <= Self.largest else { return }
    rest.x += point.x
    rest.y += point.y
    restCount += 1
    guard restCount == groupSize else { return }
    if means.count == limit { halve() }
    // Halving has doubled the size of a group, and this one waits for more points.
    guard restCount == groupSize else { return }
    means.append(restMean)
    (rest, restCount) = (.init(0, 0), 0)
  }

  private var restMean: Curve.Point { .init(rest.x / Double(restCount), rest.y / Double(restCount)) }

  private mutating func halve() {
    for index in 0..<limit / 2 {
      let (first, second) = (means[2 * index], means[2 * index + 1])
      means[index] = .init((first.x + second.x) / 2, (first.y + second.y) / 2)
    }
    means.removeLast(limit / 2)
    groupSize *= 2
  }

  /// At most `limit` points and one more, for points that do not fill a group yet.
  package var points: [Curve.Point] { restCount > 0 ? means + [restMean] : means }
}
