import Autograd
import Configuration

/// Copies of a list of layers one after the other, each with parameters of its own.
public final class Repeated: Layer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let copies: [Sequential]

  init(path: String, name: String, inputShape: [Int], copies: [Sequential]) {
    (self.path, self.name, self.copies) = (path, name, copies)
    outputShape = copies.last?.outputShape ?? inputShape
  }

  public var children: [any Layer] { copies.flatMap(\.layers) }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    try copies.reduce(parts) { try $1.forward($0, pass) }
  }
}

extension Repeated {
  package struct Settings: LayerSettings {
    var times = 1
    var layers: [LayerSpecification] = []

    package static let forms = [
      LayerForm(
        "repeat",
        "Copies of a list of layers one after the other, each with parameters of its own: `0.0`, `0.1`, …, `1.0`, …",
        template: Settings(),
        fields: [
          Field("times", \.times, .depth, required: true, "Number of copies."),
          Field("layers", \.layers, Codec.layer.list("layers", atLeast: 1), required: true, "Layers of one copy."),
        ],
        examples: [LayerExample(.repeated(3, [.linear(outputs: 5), .activation(.tanh)]), on: [7])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requirePositive(times, "the number of copies")
      var copies: [Sequential] = []
      for copy in 0..<times {
        let shape = copies.last?.outputShape ?? context.inputShape
        copies.append(try builder.sequential(layers, path: "\(context.path).\(copy)", inputShape: shape))
      }
      return Repeated(path: context.path, name: kind, inputShape: context.inputShape, copies: copies)
    }
  }
}

extension LayerSpecification {
  /// Copies of a list of layers one after the other, each with parameters of its own.
  public static func repeated(_ times: Int, _ layers: [LayerSpecification]) -> Self {
    Self(Repeated.Settings(times: times, layers: layers))
  }
}
