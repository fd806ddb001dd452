import Autograd
import Configuration

/// Value at each sequence's last valid time step: input `[batch, time, channels]`, output
/// `[batch, channels]`.
public final class LastStep: PartwiseLayer {
  public let path: String
  public let name = "last_step"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) { (self.path, outputShape) = (path, [inputShape[1]]) }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.lastTimeStep(lengths: pass.takeLengths())
  }
}

extension LastStep {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "last_step", "The value at the last time step of each sequence, padding not counted.", settings: Settings(),
        examples: [LayerExample(.lastStep, on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try context.requireSequence()
      return LastStep(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// The value at a sequence's last time step.
  public static var lastStep: Self { Self(LastStep.Settings()) }
}
