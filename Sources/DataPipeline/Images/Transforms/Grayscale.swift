import Configuration
import Tensors

/// Takes the colours out, with a probability; the image keeps its three channels.
package struct Grayscale: TransformSettings {
  package var probability = 0.1

  package static var form: Form<Grayscale> {
    Form(
      "grayscale", "Takes the colours out, as torchvision's `RandomGrayscale` does; the image keeps its 3 channels.",
      shorthand: "probability", template: Grayscale(), example: Grayscale(probability: 0.5),
      fields: [Field("probability", \.probability, .number(upTo: 1), "Probability of the change.")])
  }

  package static var stream: UInt32 { 9 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    guard shape.channels == 3 else { throw .colorless(shape, hint: "leave it out") }
    return shape
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    if stream.bool(probability: probability) { ColorJitter.changeSaturation(of: &image, by: 0) }
  }
}
