import Autograd
import Configuration

/// The largest value, or the mean, of each window over time.
///
/// Input `[batch, time, channels]`, output `[batch, time', channels]`. Padding is never the largest; explicit padding counts as
/// zeros in a mean (PyTorch's default), padding `same` does not. If samples have lengths, windows end at them.
public final class TimePool: PartwiseLayer {
  /// Value of a window.
  public enum Kind: String, Sendable {
    case maximum = "max_pool1d"
    case mean = "average_pool1d"
  }

  public let path: String
  public let outputShape: [Int]
  private let kind: Kind
  private let window: PoolingWindow
  private let countsPadding: Bool

  init(path: String, inputShape: [Int], kind: Kind, window: PoolingWindow, countsPadding: Bool) {
    (self.path, self.kind, self.window, self.countsPadding) = (path, kind, window, countsPadding)
    outputShape = [window.outputTime(inputShape[0]), inputShape[1]]
  }

  public var name: String { kind.rawValue }

  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let lengths = pass.lengths
    pass.lengths = lengths?.map(window.outputTime)
    return switch kind {
    case .maximum: x.maxPoolOverTime(window, lengths: lengths)
    case .mean: x.averagePoolOverTime(window, countingPadding: countsPadding, lengths: lengths)
    }
  }
}

extension TimePool {
  /// The window that moves over time.
  public struct Window: Sendable, Equatable {
    public var kernel: Int
    public var stride: Int
    public var padding = TimePadding.valid

    /// - Parameters:
    ///   - kernel: Time steps of a window.
    ///   - stride: Nil means the kernel.
    public init(kernel: Int, stride: Int? = nil) { (self.kernel, self.stride) = (kernel, stride ?? kernel) }
  }

  package struct Settings: LayerSettings {
    var pooling: Kind
    var window: Window

    package var kind: String { pooling.rawValue }

    package static let forms = [
      form(.maximum, "The largest value of each window over time, for each channel."),
      form(.mean, "The mean of each window over time, for each channel."),
    ]

    private struct Keys {
      var kernel = 1
      var stride: Int?
      var padding = TimePadding.valid
    }

    private static func form(_ kind: Kind, _ meaning: String) -> LayerForm {
      @Sendable func make(_ keys: Keys) -> Settings {
        var window = Window(kernel: keys.kernel, stride: keys.stride)
        window.padding = keys.padding
        return Settings(pooling: kind, window: window)
      }
      return LayerForm(
        kind.rawValue, meaning, shorthand: "kernel", template: Keys(),
        fields: [
          Field("kernel", \.kernel, .size(), required: true, "Time steps in a window."),
          Field(
            "stride", \.stride, Codec.size().optional, defaultText: "the kernel",
            "Time steps from one window to the next."),
          Field("padding", \.padding, .timePadding, "As for `conv1d`."),
        ],
        make: make, take: { Keys(kernel: $0.window.kernel, stride: $0.window.stride, padding: $0.window.padding) },
        examples: [LayerExample(LayerSpecification(make(Keys(kernel: 3, stride: 2, padding: .same))), on: [7, 3])])
    }

    package var timeDependence: TimeDependence { .window }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (kernel, stride, padding) = (window.kernel, window.stride, window.padding)
      let (time, _) = try context.requireSequence()
      try context.requirePositive(kernel, "the window")
      try context.requirePositive(stride, "the stride")
      guard !builder.predictsTokens || padding == .causal || kernel == 1 else {
        throw context.error("sees the tokens that are to be predicted", hint: "write padding: causal and stride: 1")
      }
      var window = PoolingWindow(kernelHeight: 1, kernelWidth: kernel)
      window.strideWidth = stride
      window.coversEnd = padding == .same
      window.padding = try padding.resolved(time: time, span: kernel, stride: stride, for: context)
      // A window must not lie in the padding alone: it would have no value to take.
      if case .symmetric(let amount) = padding, 2 * amount > kernel {
        throw context.error(
          "padding \(amount) is more than half of its window of \(kernel)", hint: "use at most half of the window")
      }
      guard window.outputSize(height: 1, width: time)[1] > 0 else {
        throw context.error(
          "a window of \(kernel) does not fit its input \(describe(context.inputShape))",
          hint: "use a smaller window, global_max_pool, or less striding and pooling in front of it")
      }
      return TimePool(
        path: context.path, inputShape: context.inputShape, kind: pooling, window: window,
        countsPadding: padding != .same)
    }
  }
}

extension LayerSpecification {
  /// The largest value of each window over time, for each channel.
  public static func maxPool1D(_ window: TimePool.Window) -> Self {
    Self(TimePool.Settings(pooling: .maximum, window: window))
  }

  /// The mean of each window over time, for each channel.
  public static func averagePool1D(_ window: TimePool.Window) -> Self {
    Self(TimePool.Settings(pooling: .mean, window: window))
  }
}
