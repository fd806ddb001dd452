import Autograd
import Configuration
import Tensors

/// Layers one after the other.
public final class Sequential: Layer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let layers: [any Layer]

  init(path: String, name: String = Settings.word, inputShape: [Int], layers: [any Layer]) {
    (self.path, self.name, self.layers) = (path, name, layers)
    outputShape = layers.last?.outputShape ?? inputShape
  }

  public var children: [any Layer] { layers }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    try layers.reduce(parts) { inputs, layer in
      // Between the outermost layers only: inside a composed layer, the next shapes must fit.
      if path.isEmpty, pass.parts.contains(where: { $0.isAbandoned?() ?? false }) { return inputs }
      return try layer(inputs, pass)
    }
  }
}

extension Sequential {
  package struct Settings: LayerSettings {
    fileprivate static let word = "sequential"

    var layers: [LayerSpecification] = []

    package static let forms = [
      LayerForm(
        word, "Layers one after the other. Their paths begin with the name of this item, if it has one.",
        shorthand: "layers",
        template: Settings(),
        fields: [
          Field("layers", \.layers, Codec.layer.list("layers", atLeast: 1), required: true, "The layers.")
        ],
        examples: [
          LayerExample(.sequential([.linear(outputs: 5).named("hidden"), .activation(.tanh)]), on: [7])
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer { try builder.sequential(layers, for: context) }
  }
}

extension LayerSpecification {
  /// Layers one after the other.
  public static func sequential(_ layers: [LayerSpecification]) -> Self { Self(Sequential.Settings(layers: layers)) }
}
