import Autograd
import Configuration

/// The largest value of each channel over a whole image or sequence: input `[batch, height, width, channels]` or
/// `[batch, time, channels]`, output `[batch, channels]`. Padding of sequences is left out.
public final class GlobalMaxPool: PartwiseLayer {
  public let path: String
  public let name = "global_max_pool"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[inputShape.count - 1]]
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.globalMaxPool(lengths: pass.takeLengths())
  }
}

extension GlobalMaxPool {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "global_max_pool", "The largest value of each channel over the whole image or sequence.", settings: Settings(),
        examples: [LayerExample(.globalMaxPool, on: [5, 7, 3]), LayerExample(.globalMaxPool, on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requirePositions()
      return GlobalMaxPool(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// The largest value of each channel over the whole image or sequence.
  public static var globalMaxPool: Self { Self(GlobalMaxPool.Settings()) }
}
