import CKernels
import Configuration
import Foundation
import Tensors

/// Turns, moves, scales and shears about the centre by random amounts, bilinearly, as torchvision's `RandomAffine` does.
package struct Affine: TransformSettings {
  package var degrees = 0.0
  package var translate = 0.0
  package var scale = NumberRange(1, 1)
  package var shear = 0.0
  package var fill = 0

  package static var form: Form<Affine> {
    Form(
      "affine",
      "Turns, moves, scales and shears about the centre by random amounts, bilinearly, as torchvision's `RandomAffine` does.",
      shorthand: "degrees", template: Affine(),
      example: Affine(degrees: 30, translate: 0.25, scale: NumberRange(0.5, 1.5), shear: 10, fill: 100),
      fields: [
        Field("degrees", \.degrees, .number(upTo: 180), "Largest angle of the rotation, either way."),
        Field(
          "translate", \.translate, .number(upTo: 1),
          "Largest offset, as a share of the height and of the width; whole pixels are drawn."),
        Field("scale", \.scale, .positiveRange(atMost: 1000), "Factor of both sides."),
        Field(
          "shear", \.shear, .number(upTo: 89), "Largest angle by which rows are shifted against each other, in degrees."
        ),
        Field("fill", \.fill, .integer(atLeast: 0, atMost: 255), "Value of pixels from outside, before `normalize`."),
      ])
  }

  package static var stream: UInt32 { 11 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    guard degrees + translate + shear > 0 || scale != NumberRange(1, 1) else {
      throw TransformFault("it changes nothing", hint: "give degrees, translate, scale or shear")
    }
    return shape
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let angle = stream.uniform(around: degrees)
    let right = stream.uniform(around: translate * Double(image.shape.width)).rounded(.toNearestOrEven)
    let down = stream.uniform(around: translate * Double(image.shape.height)).rounded(.toNearestOrEven)
    let scale = stream.uniform(in: scale)
    let shear = stream.uniform(around: shear)
    Self.move(&image, angle: angle, right: right, down: down, scale: scale, shear: shear, fill: fill)
  }

  /// One change of given amounts; angles in degrees, a positive one turns clockwise.
  static func move(
    _ image: inout TransformedImage, angle: Double, right: Double, down: Double, scale: Double, shear: Double, fill: Int
  ) {
    let shape = image.shape
    let (rotation, slope) = (angle * .pi / 180, tan(shear * .pi / 180))
    // The inverse of rotation · shear · scale, which leads from a result's pixel to its source.
    let (cosine, sine) = (cos(rotation), sin(rotation))
    let (a, b) = ((cosine - sine * slope) / scale, (sine + cosine * slope) / scale)
    let (c, d) = (-sine / scale, cosine / scale)
    let (x, y) = (Double(shape.width - 1) / 2, Double(shape.height - 1) / 2)
    let matrix = (a, b, x - a * (x + right) - b * (y + down), c, d, y - c * (x + right) - d * (y + down))
    image.rewrite { source, target in
      withUnsafeBytes(of: matrix) { matrix in
        guard let matrix = matrix.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
        ck_image_affine(
          shape.height, shape.width, shape.channels, source, matrix, UInt8(fill), target)
      }
    }
  }
}
