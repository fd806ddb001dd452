import PlainText

/// A table with a column for each run, and sections of rows.
struct ComparisonTable {
  let names: [String]
  /// A title each, and rows: a label, and a value for each run.
  let sections: [(title: String?, rows: [(label: String, values: [String?])])]

  /// A longer value loses its middle: paths differ at their ends.
  private static let widestValue = 30
  private static let gap = 2

  /// - Parameter width: Columns of a terminal: runs that do not fit stand below; nil for any number.
  func text(width: Int?) -> String {
    let labelWidth = sections.flatMap(\.rows).map(\.label.count).max() ?? 0
    let widths = names.indices.map { run in
      let values = sections.flatMap(\.rows).map { cell($0.values[run]).count }
      return max(cell(names[run]).count, values.max() ?? 0) + Self.gap
    }
    var blocks: [Range<Int>] = []
    var start = 0
    for run in names.indices where run > start {
      if let width, labelWidth + widths[start...run].reduce(0, +) >= width {
        blocks.append(start..<run)
        start = run
      }
    }
    blocks.append(start..<names.count)
    return blocks.map { block($0, widths, labelWidth) }.joined(separator: "\n\n")
  }

  private func block(_ runs: Range<Int>, _ widths: [Int], _ labelWidth: Int) -> String {
    func line(_ label: String, _ values: [String?]) -> String {
      label.padded(to: labelWidth) + runs.map { cell(values[$0]).leftPadded(to: widths[$0]) }.joined()
    }
    let lines = sections.flatMap { section in
      ["", section.title ?? ""] + section.rows.map { line($0.label, $0.values) }
    }
    return ([line("", names)] + lines).joined(separator: "\n")
  }

  private func cell(_ value: String?) -> String {
    guard let value = value?.onOneLine else { return "-" }
    guard value.count > Self.widestValue else { return value }
    return value.prefix(Self.widestValue / 2 - 1) + "…" + value.suffix(Self.widestValue / 2)
  }
}
