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
    let (first, second) = (body(x, pass), shortcut(x, pass))
    return fusesReLU && pass.fusesLayers ? first.addingWithReLU(second) : first + second
  }
}
