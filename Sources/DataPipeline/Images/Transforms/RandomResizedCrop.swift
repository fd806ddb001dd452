import CKernels
import Configuration
import Tensors

/// Cuts out a part of random area and proportions and scales it to the image's size, bilinearly, as torchvision's
/// `RandomResizedCrop` does (Szegedy et al., 2015, section 6).
package struct RandomResizedCrop: TransformSettings {
  package var scale = NumberRange(0.08, 1)
  package var ratio = NumberRange(0.75, 4.0 / 3)

  package static var form: Form<RandomResizedCrop> {
    Form(
      "random_resized_crop",
      "Cuts out a part of random area and proportions and scales it bilinearly to the image's size, as torchvision's "
        + "`RandomResizedCrop` does (Szegedy et al., 2015).", shorthand: "scale", template: RandomResizedCrop(),
      example: RandomResizedCrop(scale: NumberRange(0.25, 0.75), ratio: NumberRange(0.5, 2)),
      fields: [
        Field("scale", \.scale, .positiveRange(atMost: 1), "Area of the part as a share of the image's."),
        Field(
          "ratio", \.ratio, .positiveRange(atMost: 1000),
          "Width of the part divided by its height. If ten draws do not fit, the part is the largest around the centre."
        ),
      ])
  }

  package static var stream: UInt32 { 5 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    Self.enlarge(
      RandomBox.draw(in: image.shape, scale: scale, ratio: ratio, isSmaller: false, &stream)
        ?? .centered(in: image.shape, ratio: ratio), of: &image)
  }

  /// Scales a part to the image's size.
  static func enlarge(_ part: RandomBox, of image: inout TransformedImage) {
    let shape = image.shape
    image.rewrite { source, target in
      ck_image_enlarge(
        shape.height, shape.width, shape.channels, source, part.top, part.left, part.height, part.width, target)
    }
  }
}
