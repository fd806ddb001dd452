import Configuration
import Tensors

/// Cuts the middle out of the image, at the position that torchvision's `CenterCrop` takes: where what is left over is odd, half
/// of it rounded to an even number lies above or to the left.
package struct CenterCrop: TransformSettings {
  package var size = Extent(1)

  package static var form: Form<CenterCrop> {
    Form(
      "center_crop", "Cuts the middle out of the image, as torchvision's `CenterCrop` does.", shorthand: "size",
      template: CenterCrop(), example: CenterCrop(size: Extent(height: 5, width: 4)),
      fields: [Field("size", \.size, .extent(atLeast: 1), required: true, "Size of the part.")])
  }

  package static var stream: UInt32 { 3 }
  package var isRandom: Bool { false }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    guard size.height <= shape.height, size.width <= shape.width else {
      throw TransformFault(
        "a crop of \(size.height)×\(size.width) does not fit into images of \(shape.height)×\(shape.width)",
        hint: "lower the size")
    }
    return ImageShape(height: size.height, width: size.width, channels: shape.channels)
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let shape = image.shape
    image.crop(
      top: Self.half(shape.height - size.height), left: Self.half(shape.width - size.width), height: size.height,
      width: size.width)
  }

  /// Half of a number, rounded to the nearest integer, of two the even one.
  private static func half(_ number: Int) -> Int { (number + (number / 2 & 1)) / 2 }
}

extension TransformSpecification {
  /// Cuts the middle out.
  public static func centerCrop(_ size: Extent) -> Self { Self(CenterCrop(size: size)) }
}
