import Configuration
import Tensors

/// Mirrors top and bottom, with probability one half.
package struct VerticalFlip: TransformSettings {
  package static var form: Form<VerticalFlip> {
    Form(
      "vertical_flip", "Mirrors top and bottom, with probability one half.", template: VerticalFlip(),
      example: VerticalFlip())
  }

  package static var stream: UInt32 { 4 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    guard stream.next() & 1 == 1 else { return }
    let (height, row) = (image.shape.height, image.shape.width * image.shape.channels)
    image.rewrite { source, target in
      for i in 0..<height { (target + i * row).update(from: source + (height - 1 - i) * row, count: row) }
    }
  }
}
