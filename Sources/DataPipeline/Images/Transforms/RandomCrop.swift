import Configuration
import Tensors

/// Pads the image and cuts a part of it out at random, every position equally likely, as torchvision's `RandomCrop` does.
package struct RandomCrop: TransformSettings {
  /// Size of the part; nil is the image's size.
  package var size: Extent?
  package var padding = 0
  package var mode = PaddingMode.zero

  package static var form: Form<RandomCrop> {
    Form(
      "random_crop",
      "Pads the image on all sides and cuts a part out, every position equally likely, as torchvision's `RandomCrop` does.",
      shorthand: "size", template: RandomCrop(),
      example: RandomCrop(size: Extent(height: 5, width: 4), padding: 2, mode: .reflect),
      fields: [
        Field(
          "size", \.size, Codec.extent(atLeast: 1).optional,
          "Size of the part; null is the image's own. Another size changes the shape of the model's input: "
            + "`data.evaluation_transforms` must lead to the same one."),
        // Far more than any image has; sums with its extents fit 32 bits.
        Field("padding", \.padding, .integer(atLeast: 0, atMost: 1 << 20), "Pixels added on each side."),
        Field(
          "mode", \.mode, .word(),
          "Pixels of the padding: `zero` is black; `reflect` mirrors the image at its edges and requires a padding below its "
            + "height and width."),
      ])
  }

  package static var stream: UInt32 { 2 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    let part = size ?? Extent(height: shape.height, width: shape.width)
    if padding == 0, part == Extent(height: shape.height, width: shape.width) {
      throw TransformFault(
        "a crop of \(part.height)×\(part.width) without padding is the whole image",
        hint: "give a padding or a smaller size")
    }
    if mode == .reflect, padding >= min(shape.height, shape.width) {
      throw .tooSmall("padding", padding, toReflectIn: shape)
    }
    guard part.height <= shape.height + 2 * padding, part.width <= shape.width + 2 * padding else {
      let padded = padding > 0 ? " with a padding of \(padding)" : ""
      throw TransformFault(
        "a crop of \(part.height)×\(part.width) does not fit into images of \(shape.height)×\(shape.width)\(padded)",
        hint: "lower the size or raise the padding")
    }
    return ImageShape(height: part.height, width: part.width, channels: shape.channels)
  }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    let shape = image.shape
    let (height, width) = (size?.height ?? shape.height, size?.width ?? shape.width)
    let top = stream.integer(below: shape.height + 2 * padding - height + 1) - padding
    let left = stream.integer(below: shape.width + 2 * padding - width + 1) - padding
    image.crop(top: top, left: left, height: height, width: width, mode)
  }
}

extension TransformSpecification {
  /// Pads by `padding` pixels on each side and cuts out a part, every position equally likely.
  ///
  /// - Parameters:
  ///   - size: Size of the part; nil is the image's.
  ///   - padding: Pixels that are added on each side first.
  ///   - reflecting: Whether the padding mirrors the image instead of being black.
  public static func randomCrop(size: Extent? = nil, padding: Int = 0, reflecting: Bool = false) -> Self {
    Self(RandomCrop(size: size, padding: padding, mode: reflecting ? .reflect : .zero))
  }
}
