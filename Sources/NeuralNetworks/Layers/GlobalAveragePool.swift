import Autograd
import Configuration
import Tensors

/// The mean of each channel over a whole image or sequence: input `[batch, height, width, channels]` or
/// `[batch, time, channels]`, output `[batch, channels]`. Padding of sequences is left out.
public final class GlobalAveragePool: PartwiseLayer {
  public let path: String
  public let name = "global_average_pool"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[inputShape.count - 1]]
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let lengths = pass.takeLengths()
    return x.shape.count == 4 ? x.globalAveragePool() : x.meanOverTime(lengths: lengths)
  }
}

extension GlobalAveragePool {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "global_average_pool", "The mean of each channel over the whole image or sequence.", settings: Settings(),
        examples: [LayerExample(.globalAveragePool, on: [5, 7, 3]), LayerExample(.globalAveragePool, on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requirePositions()
      return GlobalAveragePool(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// The mean of each channel over the whole image or sequence.
  public static var globalAveragePool: Self { Self(GlobalAveragePool.Settings()) }
}
