/// One convolution over patches that do not overlap, then one hidden layer: the stem of a vision transformer with a
/// two-layer perceptron on top of it.
public struct PatchifyConvNet: Sendable, Equatable {
  /// Height and width of a patch, and the stride of the convolution.
  public var patch: Int
  public var filters: Int
  /// Size of the hidden layer.
  public var hidden: Int
  public var initializer = Initializer.heNormal

  public init(patch: Int, filters: Int, hidden: Int) {
    (self.patch, self.filters, self.hidden) = (patch, filters, hidden)
  }

  func layers(outputs: Int) -> [LayerSpecification] {
    var convolution = ConvolutionSpecification(filters: filters, kernel: Extent(patch))
    convolution.stride = Extent(patch)
    convolution.initializer = initializer
    return [
      .convolution(convolution), .activation(.relu), .flatten,
      .linear(outputs: hidden, bias: true, initializer: initializer), .activation(.relu),
      .linear(outputs: outputs, bias: true, initializer: initializer),
    ]
  }
}
