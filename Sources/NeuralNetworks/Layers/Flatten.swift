import Autograd
import Configuration
import Tensors

/// Makes a vector of each image: input `[batch, height, width, channels]`, output `[batch, channels·height·width]`;
/// of each sequence `[batch, time, channels]`, time step by time step, with zeros where a sample is padded.
///
/// Features are ordered channel by channel, although images are channels-last here: that is PyTorch's order, so the weight
/// of a linear layer after it is interchangeable with PyTorch's.
public final class Flatten: PartwiseLayer {
  public let path: String
  public let name = "flatten"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape.reduce(1, *)]
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    if x.shape.count == 4 { return x.flattenedChannelsFirst() }
    guard let lengths = pass.takeLengths(), x.shape.count == 3 else { return x.reshaped([x.shape[0], -1]) }
    return x.masked(lengths: lengths).reshaped([x.shape[0], -1])
  }
}

extension Flatten {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "flatten", "Makes `[channels · height · width]` features of an image, in PyTorch's order.",
        settings: Settings(),
        examples: [LayerExample(.flatten, on: [5, 7, 3]), LayerExample(.flatten, on: [5, 3])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      return Flatten(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// Makes a vector of each image or sequence.
  public static var flatten: Self { Self(Flatten.Settings()) }
}
