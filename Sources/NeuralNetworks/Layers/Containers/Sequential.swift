import Autograd
import Tensors

/// Layers one after the other.
public final class Sequential: Layer {
  public let path: String
  public let name = "sequential"
  public let outputShape: [Int]
  public let layers: [any Layer]

  init(path: String, inputShape: [Int], layers: [any Layer]) {
    (self.path, self.layers) = (path, layers)
    outputShape = layers.last?.outputShape ?? inputShape
  }

  public var children: [any Layer] { layers }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    try layers.reduce(parts) { inputs, layer in
      // Inside a composed layer the shapes of the rest must fit.
      if path.isEmpty, pass.parts.contains(where: { $0.isAbandoned?() ?? false }) { return inputs }
      return try layer(inputs, pass)
    }
  }
}
