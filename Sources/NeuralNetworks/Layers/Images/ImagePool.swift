import Autograd
import Configuration
import Tensors

/// The largest value, or the mean, in each window.
///
/// Input `[batch, height, width, channels]`, output `[batch, height', width', channels]`. Padding is never the largest; explicit padding
/// counts as zeros in a mean (PyTorch's default), padding `same` does not (TensorFlow's).
public final class ImagePool: PartwiseLayer {
  /// Value of a window.
  public enum Kind: String, Sendable {
    case maximum = "max_pool"
    case mean = "average_pool"
  }

  public let path: String
  public let outputShape: [Int]
  private let kind: Kind
  private let window: PoolingWindow
  private let countsPadding: Bool

  init(path: String, inputShape: [Int], kind: Kind, window: PoolingWindow, countsPadding: Bool) {
    (self.path, self.kind, self.window, self.countsPadding) = (path, kind, window, countsPadding)
    outputShape = window.outputSize(height: inputShape[0], width: inputShape[1]) + [inputShape[2]]
  }

  public var name: String { kind.rawValue }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    switch kind {
    case .maximum: x.maxPool(window)
    case .mean: x.averagePool(window, countingPadding: countsPadding)
    }
  }
}

extension ImagePool {
  /// The window that moves over an image.
  public struct Window: Sendable, Equatable {
    public var kernel: Extent
    public var stride: Extent
    public var padding = Padding.valid

    /// - Parameters:
    ///   - kernel: Height and width of the window, in pixels.
    ///   - stride: Nil means the kernel.
    public init(kernel: Extent, stride: Extent? = nil) { (self.kernel, self.stride) = (kernel, stride ?? kernel) }
  }

  package struct Settings: LayerSettings {
    var pooling: Kind
    var window: Window

    package var kind: String { pooling.rawValue }

    package static let forms = [
      form(.maximum, "The largest value of each window, for each channel."),
      form(.mean, "The mean of each window, for each channel."),
    ]

    private struct Keys {
      var kernel = Extent(1)
      var stride: Extent?
      var padding = Padding.valid
    }

    private static func form(_ kind: Kind, _ meaning: String) -> LayerForm {
      @Sendable func make(_ keys: Keys) -> Settings {
        var window = Window(kernel: keys.kernel, stride: keys.stride)
        window.padding = keys.padding
        return Settings(pooling: kind, window: window)
      }
      let example = Keys(kernel: Extent(height: 3, width: 2), stride: Extent(2), padding: .same)
      return LayerForm(
        kind.rawValue, meaning, shorthand: "kernel", template: Keys(),
        fields: [
          Field("kernel", \.kernel, .extent(atLeast: 1), required: true, "Size of the window."),
          Field(
            "stride", \.stride, Codec.extent(atLeast: 1).optional, defaultText: "the kernel",
            "Steps between windows."),
          Field("padding", \.padding, .padding, "As for `conv`."),
        ],
        make: make, take: { Keys(kernel: $0.window.kernel, stride: $0.window.stride, padding: $0.window.padding) },
        examples: [LayerExample(LayerSpecification(make(example)), on: [7, 5, 3])])
    }

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (kernel, stride, padding) = (window.kernel, window.stride, window.padding)
      let (height, width, _) = try context.requireImage()
      try context.requirePositive(kernel, "the window")
      try context.requirePositive(stride, "the stride")
      var window = PoolingWindow(kernelHeight: kernel.height, kernelWidth: kernel.width)
      (window.strideHeight, window.strideWidth) = (stride.height, stride.width)
      window.padding = padding.resolved(height: height, width: width, kernel: kernel, stride: stride)
      try context.requireNonNegative(window.padding)
      // A window must not lie in the padding alone: it would have no value to take.
      if case .symmetric(let extent) = padding, 2 * extent.height > kernel.height || 2 * extent.width > kernel.width {
        throw context.error(
          "padding \(describe(extent)) is more than half of its \(describe(kernel)) window",
          hint: "use at most half of the window")
      }
      guard window.outputSize(height: height, width: width).allSatisfy({ $0 > 0 }) else {
        throw context.error(
          "a \(describe(kernel)) window does not fit its input \(describe(context.inputShape))",
          hint: "use a smaller window, global_average_pool, or less striding and pooling in front of it")
      }
      return ImagePool(
        path: context.path, inputShape: context.inputShape, kind: pooling, window: window,
        countsPadding: padding != .same)
    }
  }
}

extension LayerSpecification {
  /// The largest value of each window over an image, for each channel.
  public static func maxPool(_ window: ImagePool.Window) -> Self {
    Self(ImagePool.Settings(pooling: .maximum, window: window))
  }

  /// The mean of each window over an image, for each channel.
  public static func averagePool(_ window: ImagePool.Window) -> Self {
    Self(ImagePool.Settings(pooling: .mean, window: window))
  }
}
