import Configuration
import Tensors

/// Moves the image by at most `pixels` along each axis, each offset equally likely.
package struct Shift: TransformSettings {
  package var pixels = 1
  /// The pixels that come in.
  package var mode = PaddingMode.zero

  package static var form: Form<Shift> {
    Form(
      "shift",
      "Moves the image by at most `pixels` along each axis, each offset equally likely.",
      shorthand: "pixels", template: Shift(), example: Shift(pixels: 3, mode: .reflect),
      fields: [
        Field("pixels", \.pixels, .integer(atLeast: 1), required: true, "Largest offset in pixels."),
        Field(
          "mode", \.mode, .word(),
          "Pixels that come in: `zero` is black; `reflect` mirrors the image at its edges and requires an offset below its height "
            + "and width."),
      ])
  }

  package static var stream: UInt32 { 1 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    if mode == .reflect, pixels >= min(shape.height, shape.width) {
      throw .tooSmall("shift", pixels, toReflectIn: shape)
    }
    return shape
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let down = stream.integer(below: 2 * pixels + 1) - pixels
    let right = stream.integer(below: 2 * pixels + 1) - pixels
    image.crop(top: -down, left: -right, height: image.shape.height, width: image.shape.width, mode)
  }
}

extension TransformSpecification {
  /// Moves by at most `pixels` along each axis, each offset equally likely; black comes in, or the image mirrored at its edges.
  public static func shift(_ pixels: Int, reflecting: Bool = false) -> Self {
    precondition(pixels > 0, "a shift of up to \(pixels) pixels")
    return Self(Shift(pixels: pixels, mode: reflecting ? .reflect : .zero))
  }
}
