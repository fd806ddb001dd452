/// A curve as one line of block characters.
package enum Sparkline {
  private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// At most `width` characters, from the lowest value (▁) to the highest (█): means of successive values, if those are more.
  package static func text(_ values: [Double], width: Int) -> String {
    guard width > 0, !values.isEmpty else { return "" }
    let columns = min(width, values.count)
    let means = (0..<columns).map { column in
      let range = column * values.count / columns..<(column + 1) * values.count / columns
      return values[range].reduce(0, +) / Double(range.count)
    }
    guard let low = means.min(), let high = means.max(), low.isFinite, high.isFinite else { return "" }
    let scale = AxisScale(tight: low...high, marks: 2)
    return String(means.map { blocks[min(blocks.count - 1, Int(scale.location(of: $0) * Double(blocks.count)))] })
  }
}
