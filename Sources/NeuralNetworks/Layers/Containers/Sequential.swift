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

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    layers.reduce(x) { input, layer in
      // Inside a composed layer the shapes of the rest must fit.
      if path.isEmpty, pass.isAbandoned?() ?? false { return input }
      let output = layer(input, pass)
      pass.observer?(layer.path, output.value)
      return output
    }
  }

  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    try layers.reduce(parts) { inputs, layer in
      let outputs = try layer(inputs, pass)
      for (output, part) in zip(outputs, pass.parts) { part.observer?(layer.path, output.value) }
      return outputs
    }
  }
}
