/// How pixels become a model's input: transforms, then normalisation.
public struct ImagePreparation: Sendable {
  public var normalizer: Normalizer
  public var transforms: TransformList

  /// No change but the scale 1/255.
  public static let none = ImagePreparation()

  public init(_ normalizer: Normalizer = .none, transforms: TransformList = TransformList()) {
    (self.normalizer, self.transforms) = (normalizer, transforms)
  }
}
