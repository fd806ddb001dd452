import Configuration

/// One convolution over patches that do not overlap, then one hidden layer: the stem of a vision transformer with a
/// two-layer perceptron on top of it.
public struct PatchifyConvNet: Architecture {
  /// Height and width of a patch, and the stride of the convolution.
  public var patch: Int
  public var filters: Int
  /// Size of the hidden layer.
  public var hidden: Int
  public var initializer = Initializer.heNormal

  public init(patch: Int, filters: Int, hidden: Int) {
    (self.patch, self.filters, self.hidden) = (patch, filters, hidden)
  }

  package func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    var convolution = Convolution2D.Settings(filters: filters, kernel: Extent(patch))
    convolution.stride = Extent(patch)
    convolution.initializer = initializer
    return [
      .convolution(convolution), .activation(.relu), .flatten,
      .linear(outputs: hidden, bias: true, initializer: initializer), .activation(.relu),
      .linear(outputs: outputs, bias: true, initializer: initializer),
    ]
  }
}

extension PatchifyConvNet {
  package static let form = ArchitectureForm(
    "patchify-convnet", "a convolution over patches that do not overlap, one hidden layer",
    template: PatchifyConvNet(patch: 1, filters: 1, hidden: 1),
    fields: [
      Field("patch", \.patch, .size(), required: true, "Height and width of a patch."),
      Field("filters", \.filters, .size(), required: true, "Number of filters."),
      Field("hidden", \.hidden, .size(), required: true, "Size of the hidden layer."),
      Field("initializer", \.initializer, .initializer, "Initial values of the weights."),
    ],
    example: PatchifyConvNet(patch: 3, filters: 5, hidden: 7), on: [6, 9, 3])

  package var input: ArchitectureInput { .images }
  package var isLanguageModel: Bool { false }
}

extension ModelSpecification {
  /// A convolution over patches that do not overlap, and one hidden layer.
  public static func patchifyConvNet(_ settings: PatchifyConvNet) -> Self { Self(settings) }
}
