import Configuration
import Tensors

/// Paints a square over whose centre is a random pixel (DeVries and Taylor, 2017); what stands over the border is cut off.
package struct Cutout: TransformSettings {
  package var size = 1
  package var fill = 0

  package static var form: Form<Cutout> {
    Form(
      "cutout",
      "Paints a square over whose centre is a random pixel (DeVries and Taylor, 2017); it may stand over the border.",
      shorthand: "size", template: Cutout(), example: Cutout(size: 3, fill: 100),
      fields: [
        Field("size", \.size, .integer(atLeast: 1, atMost: 1 << 20), required: true, "Side of the square in pixels."),
        Field("fill", \.fill, .integer(atLeast: 0, atMost: 255), "Value of the painted pixels, before `normalize`."),
      ])
  }

  package static var stream: UInt32 { 7 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let top = stream.integer(below: image.shape.height) - size / 2
    let left = stream.integer(below: image.shape.width) - size / 2
    image.paint(
      rows: max(0, top)..<min(image.shape.height, top + size),
      columns: max(0, left)..<min(image.shape.width, left + size), fill: fill)
  }
}
