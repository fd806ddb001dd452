import Testing

@testable import Charts

/// Curves of any number of points in bounded memory.
@Suite struct ThinnedPointsTests {
  private func thinned(_ count: Int, limit: Int) -> [Curve.Point] {
    var points = ThinnedPoints(limit: limit)
    for number in 0..<count { points.add(.init(Double(number), Double(number * number % 97))) }
    return points.points
  }

  @Test("few points stay as they are")
  func few() {
    #expect(thinned(7, limit: 8).map(\.x) == [0, 1, 2, 3, 4, 5, 6])
    #expect(thinned(0, limit: 8).isEmpty)
  }

  @Test("many points are means of groups of one size, and of the rest", arguments: [9, 16, 17, 100, 1021])
  func many(count: Int) {
    let limit = 8
    var size = 1
    while (count + size - 1) / size > limit + (count % size > 0 ? 1 : 0) { size *= 2 }
    let found = thinned(count, limit: limit)
    #expect(found.count <= limit + 1)
    for (index, point) in found.enumerated() {
      let group = (index * size..<min(count, (index + 1) * size)).map(Double.init)
      #expect(point.x == group.reduce(0, +) / Double(group.count), "\(index) of \(count)")
      let values = group.map { Double(Int($0 * $0) % 97) }
      #expect(abs(point.y - values.reduce(0, +) / Double(values.count)) < 1e-9)
    }
  }

  @Test("a loss that is not finite is left out")
  func notFinite() {
    var points = ThinnedPoints(limit: 4)
    for y in [1, .nan, .infinity, -1e308, 3] { points.add(.init(0, y)) }
    #expect(points.points.map(\.y) == [1, 3])
  }
}
