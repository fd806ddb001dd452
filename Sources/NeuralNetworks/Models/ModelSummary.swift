import Autograd
import PlainText

/// Structure of a model, layer by layer.
public struct ModelSummary: Sendable, Equatable, CustomStringConvertible {
  public struct Row: Sendable, Equatable {
    public let path: String
    public let name: String
    /// Shape of one sample's output.
    public let outputShape: [Int]
    /// Number of elements of the layer's own parameters.
    public let parameters: Int
    /// Multiply-adds of the layer itself for one sample, forward.
    public let multiplyAdds: Int
    /// Bytes of one sample's output; 0 for a composed layer.
    public let activationBytes: Int
  }

  /// In the order of the configuration; a composed layer comes before those inside it.
  public let rows: [Row]
  public let parameters: Int
  public let multiplyAdds: Int
  public let activationBytes: Int

  init(of layers: [any Layer], bytesPerElement: Int) {
    rows = layers.map { layer in
      Row(
        path: layer.path, name: layer.name, outputShape: layer.outputShape,
        parameters: layer.parameters.reduce(0) { $0 + $1.count }, multiplyAdds: layer.multiplyAdds,
        activationBytes: layer.children.isEmpty ? layer.outputShape.reduce(bytesPerElement, *) : 0)
    }
    parameters = rows.reduce(0) { $0 + $1.parameters }
    multiplyAdds = saturatingSum(rows.lazy.map(\.multiplyAdds))
    activationBytes = saturatingSum(rows.lazy.map(\.activationBytes))
  }

  /// A table with one line for each layer, and totals.
  public var description: String {
    func count(_ value: Int) -> String { value == 0 ? "" : "\(value)" }
    let cells =
      [["layer", "kind", "output", "parameters", "multiply-adds", "activation bytes"]]
      + rows.map {
        [
          $0.path, $0.name, describe($0.outputShape), count($0.parameters), count($0.multiplyAdds),
          count($0.activationBytes),
        ]
      } + [["total", "", "", "\(parameters)", "\(multiplyAdds)", "\(activationBytes)"]]
    let widths = cells[0].indices.map { column in cells.reduce(0) { max($0, $1[column].count) } }
    return cells.map { row in
      // No trailing spaces after the last cell with text.
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      return row[...last].indices.map { column in
        if column >= 3 { return row[column].leftPadded(to: widths[column]) }
        return column == last ? row[column] : row[column].padded(to: widths[column])
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
