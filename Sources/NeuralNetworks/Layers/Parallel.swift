import Autograd
import Tensors

/// Every branch sees the input; outputs `[batch, …, channelsᵢ]` are concatenated to `[batch, …, Σ channelsᵢ]`.
public final class Parallel: Layer {
  public let path: String
  public let name = "parallel"
  public let outputShape: [Int]
  public let branches: [Sequential]

  init(path: String, branches: [Sequential]) {
    (self.path, self.branches) = (path, branches)
    let shapes = branches.map(\.outputShape)
    outputShape = shapes[0].dropLast() + [shapes.reduce(0) { $0 + $1[$1.count - 1] }]
  }

  public var children: [any Layer] { branches.flatMap(\.layers) }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    Variable.concatenatingChannels(pass.branching(branches.count) { branches[$0](x, pass) })
  }

  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let outputs = try pass.branching(branches.count) { try branches[$0](parts, pass) }
    return parts.indices.map { part in Variable.concatenatingChannels(outputs.map { $0[part] }) }
  }
}
