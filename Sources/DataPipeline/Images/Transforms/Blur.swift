import CKernels
import Configuration
import Tensors

/// Blurs with a Gaussian of random width, with a probability, as torchvision's `GaussianBlur` does.
package struct Blur: TransformSettings {
  package var kernel = 3
  package var sigma = NumberRange(0.1, 2)
  package var probability = 0.5

  package static var form: Form<Blur> {
    Form(
      "blur", "Blurs with a Gaussian of random width, as torchvision's `GaussianBlur` does; edges are mirrored.",
      shorthand: "kernel", template: Blur(),
      example: Blur(kernel: 5, sigma: NumberRange(0.5, 1), probability: 0.75),
      fields: [
        Field(
          "kernel", \.kernel, .integer(atLeast: 3, atMost: Int(CK_LARGEST_BLUR)), "Height and width of the kernel, odd."
        ),
        Field("sigma", \.sigma, .positiveRange(atMost: 1000), "Standard deviation of the Gaussian in pixels."),
        Field("probability", \.probability, .number(upTo: 1), "Probability of the change."),
      ])
  }

  package static var stream: UInt32 { 10 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    guard kernel % 2 == 1 else {
      throw TransformFault("a kernel of \(kernel) has no middle", hint: "give an odd one")
    }
    guard kernel / 2 < min(shape.height, shape.width) else {
      throw TransformFault(
        "a kernel of \(kernel) is too large for images of \(shape.height)×\(shape.width)",
        hint: "lower it to at most \(2 * min(shape.height, shape.width) - 1)")
    }
    return shape
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let isBlurred = stream.bool(probability: probability)
    let sigma = stream.uniform(in: sigma)
    if isBlurred { Self.blur(&image, kernel: kernel, sigma: sigma) }
  }

  static func blur(_ image: inout TransformedImage, kernel: Int, sigma: Double) {
    let shape = image.shape
    image.rewrite { ck_image_blur(shape.height, shape.width, shape.channels, $0, kernel, sigma, $1) }
  }
}
