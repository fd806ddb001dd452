import Autograd
import Configuration

/// Makes a sequence of an image's positions, row by row: input `[batch, height, width, channels]`, output
/// `[batch, height·width, channels]`.
public final class ImageToSequence: PartwiseLayer {
  public let path: String
  public let name = "image_to_sequence"
  public let outputShape: [Int]

  init(path: String, inputShape: [Int]) {
    self.path = path
    outputShape = [inputShape[0] * inputShape[1], inputShape[2]]
  }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable { x.reshaped([x.shape[0]] + outputShape) }
}

extension ImageToSequence {
  package struct Settings: LayerSettings {
    package static let forms = [
      LayerForm(
        "image_to_sequence", "Makes a sequence of an image's positions, row by row.", settings: Settings(),
        examples: [LayerExample(.imageToSequence, on: [3, 5, 2])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try context.requireImage()
      return ImageToSequence(path: context.path, inputShape: context.inputShape)
    }
  }
}

extension LayerSpecification {
  /// Makes a sequence of an image's positions, row by row.
  public static var imageToSequence: Self { Self(ImageToSequence.Settings()) }
}
