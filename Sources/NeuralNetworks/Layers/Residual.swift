import Autograd
import Tensors

/// output = body(x) + shortcut(x) (He et al., 2016); an empty shortcut is the identity. Both have the output's shape.
public final class Residual: ActivationFusing {
  public let path: String
  public let name = "residual"
  public let outputShape: [Int]
  public let body: Sequential
  public let shortcut: Sequential
  private var fusesReLU = false

  init(path: String, body: Sequential, shortcut: Sequential) {
    (self.path, self.body, self.shortcut) = (path, body, shortcut)
    outputShape = body.outputShape
  }

  public var children: [any Layer] { body.layers + shortcut.layers }

  func fuse(_ activation: Activation) -> Bool {
    guard activation == .relu, !fusesReLU else { return false }
    fusesReLU = true
    return true
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let outputs = pass.branching(2) { ($0 == 0 ? body : shortcut)(x, pass) }
    return add(outputs[0], outputs[1], fusing: pass.fusesLayers)
  }

  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let outputs = try pass.branching(2) { try ($0 == 0 ? body : shortcut)(parts, pass) }
    return zip(outputs[0], outputs[1]).map { add($0, $1, fusing: pass.fusesLayers) }
  }

  private func add(_ first: Variable, _ second: Variable, fusing: Bool) -> Variable {
    fusesReLU && fusing ? first.addingWithReLU(second) : first + second
  }
}
