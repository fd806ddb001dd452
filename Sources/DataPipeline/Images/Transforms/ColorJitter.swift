import CKernels
import Configuration
import Tensors

/// Changes brightness, contrast, saturation and hue by random amounts, in random order, as torchvision's `ColorJitter` does.
package struct ColorJitter: TransformSettings {
  package var brightness = 0.0
  package var contrast = 0.0
  package var saturation = 0.0
  package var hue = 0.0

  package static var form: Form<ColorJitter> {
    Form(
      "color_jitter",
      "Changes brightness, contrast, saturation and hue by random amounts, in random order, as torchvision's `ColorJitter` does.",
      template: ColorJitter(), example: ColorJitter(brightness: 0.5, contrast: 0.25, saturation: 0.75, hue: 0.125),
      fields: [
        Field(
          "brightness", \.brightness, .number(upTo: 10), "The factor is between 1 − this (at least 0) and 1 + this."),
        Field("contrast", \.contrast, .number(upTo: 10), "The same for the distance from the mean of the grey image."),
        Field(
          "saturation", \.saturation, .number(upTo: 10),
          "The same for the distance from the grey image; requires images of 3 channels."),
        Field(
          "hue", \.hue, .number(upTo: 0.5),
          "Largest turn of the colour circle, either way; 0.5 reaches the opposite. Requires images of 3 channels."),
      ])
  }

  package static var stream: UInt32 { 8 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    guard brightness + contrast + saturation + hue > 0 else {
      throw TransformFault("all amounts are 0", hint: "give brightness, contrast, saturation or hue")
    }
    guard shape.channels == 3 || saturation + hue == 0 else {
      throw .colorless(shape, hint: "leave out saturation and hue")
    }
    return shape
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    // One number from 0 to 23 is the order. All is drawn in any case, so that no amount changes the draws of another.
    var order = stream.integer(below: 24)
    let factors = (
      Self.factor(brightness, &stream), Self.factor(contrast, &stream), Self.factor(saturation, &stream),
      stream.uniform(around: hue)
    )
    var rest = SIMD4(0, 1, 2, 3)
    for count in stride(from: 4, to: 0, by: -1) {
      let place = order % count
      order /= count
      switch rest[place] {
      case 0: if brightness > 0 { Self.changeBrightness(of: &image, by: factors.0) }
      case 1: if contrast > 0 { Self.changeContrast(of: &image, by: factors.1) }
      case 2: if saturation > 0 { Self.changeSaturation(of: &image, by: factors.2) }
      default: if hue > 0 { Self.turnHue(of: &image, by: factors.3) }
      }
      rest[place] = rest[count - 1]
    }
  }

  private static func factor(_ amount: Double, _ stream: inout RandomStream) -> Double {
    stream.uniform(in: NumberRange(max(0, 1 - amount), 1 + amount))
  }

  static func changeBrightness(of image: inout TransformedImage, by factor: Double) {
    let count = image.shape.count
    image.rewrite { ck_image_brightness(count, $0, Float(factor), $1) }
  }

  static func changeContrast(of image: inout TransformedImage, by factor: Double) {
    let shape = image.shape
    image.rewrite { ck_image_contrast(shape.height * shape.width, shape.channels, $0, Float(factor), $1) }
  }

  static func changeSaturation(of image: inout TransformedImage, by factor: Double) {
    let pixels = image.shape.height * image.shape.width
    image.rewrite { ck_image_saturation(pixels, $0, Float(factor), $1) }
  }

  static func turnHue(of image: inout TransformedImage, by turn: Double) {
    let pixels = image.shape.height * image.shape.width
    image.rewrite { ck_image_hue(pixels, $0, Float(turn), $1) }
  }
}

extension TransformFault {
  /// Images without red, green and blue.
  static func colorless(_ shape: ImageShape, hint: String) -> TransformFault {
    TransformFault("requires images of 3 channels, not \(shape.channels)", hint: hint)
  }
}
