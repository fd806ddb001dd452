import Autograd
import Configuration

/// Value at each sequence's first time step, such as a class token's: input `[batch, time, channels]`, output `[batch, channels]`.
public final class FirstStep: PartwiseLayer {
  public let path: String
  public let name = "first_step"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) { (self.path, outputShape) = (path, [inputShape[1]]) }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    _ = pass.takeLengths()
    return x.firstTimeStep()
  }
}

extension FirstStep {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "first_step", "The value at the first time step of each sequence, such as a class token's.",
        settings: Settings(), examples: [LayerExample(.firstStep, on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try context.requireSequence()
      return FirstStep(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// The value at a sequence's first time step.
  public static var firstStep: Self { Self(FirstStep.Settings()) }
}
