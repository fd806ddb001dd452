import Foundation
import Tensors

/// A rectangle drawn by its share of an image's area and its proportions, as torchvision's `RandomResizedCrop` and `RandomErasing`
/// draw it.
struct RandomBox: Equatable {
  var top, left, height, width: Int

  /// Draws up to ten times; nil if no rectangle fits.
  ///
  /// - Parameters:
  ///   - scale: Area as a share of the image's.
  ///   - ratio: Width divided by height; its logarithm is uniform.
  ///   - isSmaller: Whether the rectangle must be lower and narrower than the image.
  static func draw(
    in shape: ImageShape, scale: NumberRange, ratio: NumberRange, isSmaller: Bool, _ stream: inout RandomStream
  ) -> RandomBox? {
    let logarithms = NumberRange(log(ratio.low), log(ratio.high))
    for _ in 0..<10 {
      let area = Double(shape.height * shape.width) * stream.uniform(in: scale)
      let ratio = exp(stream.uniform(in: logarithms))
      let width = (area * ratio).squareRoot().rounded(.toNearestOrEven)
      let height = (area / ratio).squareRoot().rounded(.toNearestOrEven)
      let margin: Double = isSmaller ? 1 : 0
      guard width >= 1, height >= 1, width <= Double(shape.width) - margin, height <= Double(shape.height) - margin
      else { continue }
      return RandomBox(
        top: stream.integer(below: shape.height - Int(height) + 1),
        left: stream.integer(below: shape.width - Int(width) + 1), height: Int(height), width: Int(width))
    }
    return nil
  }

  /// The largest rectangle around the centre whose proportions lie in `ratio`.
  static func centered(in shape: ImageShape, ratio: NumberRange) -> RandomBox {
    let (height, width) = (Double(shape.height), Double(shape.width))
    var (rows, columns) = (shape.height, shape.width)
    if width / height < ratio.low {
      rows = max(1, Int((width / ratio.low).rounded(.toNearestOrEven)))
    } else if width / height > ratio.high {
      columns = max(1, Int((height * ratio.high).rounded(.toNearestOrEven)))
    }
    return RandomBox(top: (shape.height - rows) / 2, left: (shape.width - columns) / 2, height: rows, width: columns)
  }
}
