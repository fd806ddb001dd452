import Autograd

/// Structure of a model, layer by layer.
public struct ModelSummary: Sendable, Equatable, CustomStringConvertible {
  public struct Row: Sendable, Equatable {
    public let path: String
    public let name: String
    /// Shape of one sample's output.
    public let outputShape: [Int]
    /// Learnable elements of the layer itself.
    public let parameters: Int
  }

  /// In the order of the configuration; a composed layer stands before those inside it.
  public let rows: [Row]
  public let parameters: Int

  init(of layers: [any Layer]) {
    rows = layers.map { layer in
      Row(
        path: layer.path, name: layer.name, outputShape: layer.outputShape,
        parameters: layer.parameters.reduce(0) { $0 + $1.count })
    }
    parameters = rows.reduce(0) { $0 + $1.parameters }
  }

  /// A table with one line a layer and the total below.
  public var description: String {
    let cells =
      [["layer", "kind", "output", "parameters"]]
      + rows.map { [$0.path, $0.name, describe($0.outputShape), $0.parameters == 0 ? "" : "\($0.parameters)"] }
      + [["total", "", "", "\(parameters)"]]
    let widths = (0..<4).map { column in cells.reduce(0) { max($0, $1[column].count) } }
    let lines = cells.map { row in
      let padded = (0..<3).map { row[$0] + spaces(widths[$0] - row[$0].count) }
      return padded.joined(separator: "  ") + "  " + spaces(widths[3] - row[3].count) + row[3]
    }
    return lines.joined(separator: "\n")
  }
}

private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
