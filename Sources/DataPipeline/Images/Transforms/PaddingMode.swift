/// The pixels around an image that is moved or cut out with a margin.
package enum PaddingMode: String, Sendable, CaseIterable {
  /// Black.
  case zero
  /// The image, mirrored at its edge, which is not doubled.
  case reflect
}

extension TransformFault {
  /// A margin that an image is too small to be mirrored in.
  static func tooSmall(_ margin: String, _ pixels: Int, toReflectIn shape: ImageShape) -> TransformFault {
    TransformFault(
      "a \(margin) of \(pixels) reflects more than images of \(shape.height)×\(shape.width) have",
      hint: "lower the \(margin) below \(min(shape.height, shape.width)), or give mode: zero")
  }
}
