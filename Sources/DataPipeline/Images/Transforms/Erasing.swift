import Configuration
import Tensors

/// Paints a random rectangle over (Zhong et al., 2020), drawn as torchvision's `RandomErasing` draws it.
package struct Erasing: TransformSettings {
  package var probability = 0.5
  package var scale = NumberRange(0.02, 0.33)
  package var ratio = NumberRange(0.3, 3.3)
  package var fill = 0

  package static var form: Form<Erasing> {
    Form(
      "erasing",
      "Paints a random rectangle over (Zhong et al., 2020), drawn as torchvision's `RandomErasing` draws it.",
      shorthand: "probability", template: Erasing(),
      example: Erasing(
        probability: 0.75, scale: NumberRange(0.125, 0.5), ratio: NumberRange(0.5, 2), fill: 100),
      fields: [
        Field("probability", \.probability, .number(upTo: 1), "Probability of a rectangle."),
        Field("scale", \.scale, .positiveRange(atMost: 1), "Area of the rectangle as a share of the image's."),
        Field(
          "ratio", \.ratio, .positiveRange(atMost: 1000),
          "Height of the rectangle divided by its width. If ten draws do not fit, the image stays as it is."),
        Field("fill", \.fill, .integer(atLeast: 0, atMost: 255), "Value of the painted pixels, before `normalize`."),
      ])
  }

  package static var stream: UInt32 { 6 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    guard stream.bool(probability: probability) else { return }
    // `ratio` is height / width here, and the box draws width / height.
    let inverse = NumberRange(1 / ratio.high, 1 / ratio.low)
    guard let box = RandomBox.draw(in: image.shape, scale: scale, ratio: inverse, isSmaller: true, &stream) else {
      return
    }
    image.paint(rows: box.top..<box.top + box.height, columns: box.left..<box.left + box.width, fill: fill)
  }
}
