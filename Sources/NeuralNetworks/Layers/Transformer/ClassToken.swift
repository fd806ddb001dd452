import Autograd
import Configuration
import Tensors

/// Puts a learned vector in front of each sequence, whose last state a classifier reads (Dosovitskiy et al., 2021): input
/// `[batch, time, channels]`, output `[batch, time + 1, channels]`. The vector has the layer's own path, `[1, 1, channels]`.
public final class ClassToken: PartwiseLayer {
  public let path: String
  public let name = "class_token"
  public let outputShape: [Int]
  private let vector: Parameter

  init(path: String, inputShape: [Int], builder: ModelBuilder) {
    let timeSteps = inputShape[0] + 1
    (self.path, outputShape) = (path, [timeSteps, inputShape[1]])
    vector = builder.parameter(
      path, shape: [1, 1, inputShape[1]], role: .token,
      initially: .drawn(.normal(standardDeviation: 0.02), fanIn: timeSteps, fanOut: inputShape[1]))
  }

  public var parameters: [Parameter] { [vector] }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    pass.lengths = pass.lengths.map { $0.map { $0 + 1 } }
    return x.prepending(pass.tape.parameter(vector))
  }
}

extension ClassToken {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "class_token",
        "Puts a learned vector in front of each sequence; `first_step` takes its last state for a classifier.",
        settings: Settings(), examples: [LayerExample(.classToken, on: [5, 3])])
    ]

    // It shifts every time step by one.
    package var timeDependence: TimeDependence { .window }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try context.requireSequence()
      return ClassToken(path: context.path, inputShape: context.inputShape, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Puts a learned vector in front of each sequence.
  public static var classToken: Self { Self(ClassToken.Settings()) }
}
