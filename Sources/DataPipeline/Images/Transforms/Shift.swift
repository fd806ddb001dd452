import Configuration
import Tensors

/// Moves the image by at most `pixels` along each axis, each offset equally likely; black comes in.
package struct Shift: TransformSettings {
  package var pixels = 1

  package static var form: Form<Shift> {
    Form(
      "shift",
      "Moves the image by at most `pixels` along each axis, each offset equally likely, and fills in zeros.",
      shorthand: "pixels", template: Shift(), example: Shift(pixels: 3),
      fields: [Field("pixels", \.pixels, .integer(atLeast: 1), required: true, "Largest offset in pixels.")])
  }

  package static var stream: UInt32 { 1 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let down = stream.integer(below: 2 * pixels + 1) - pixels
    let right = stream.integer(below: 2 * pixels + 1) - pixels
    image.crop(top: -down, left: -right, height: image.shape.height, width: image.shape.width)
  }
}

extension TransformSpecification {
  /// Moves by at most `pixels` along each axis, each offset equally likely; black comes in.
  public static func shift(_ pixels: Int) -> Self {
    precondition(pixels > 0, "a shift of up to \(pixels) pixels")
    return Self(Shift(pixels: pixels))
  }
}
