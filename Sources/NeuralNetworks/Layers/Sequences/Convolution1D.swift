import Autograd
import Configuration
import Tensors

/// Convolution over time (cross-correlation, as everywhere in this field).
///
/// Input `[batch, time, channels]`, output `[batch, time', filters]` with
/// time' = ⌊(time + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. `weight` is `[filters, kernel, channels /
/// groups]` here, and in files PyTorch's `[filters, channels / groups, kernel]`; `bias` `[filters]`.
///
/// Padding of a batch counts as zeros, so a sequence gives the same result as alone. A sequence shorter than the kernel
/// is extended to its length, and with padding `same`, one that ends inside its last window to that window's end.
public final class Convolution1D: PartwiseLayer, ReLUFusing {
  public let path: String
  public let name = "conv1d"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  private let window: ConvolutionWindow
  var fusesReLU = false

  init(
    path: String, inputShape: [Int], filters: Int, window: ConvolutionWindow, bias: Bool, initializer: Initializer,
    builder: ModelBuilder
  ) {
    let channels = inputShape[1] / window.groups
    let kernel = window.kernelWidth
    (self.path, self.window) = (path, window)
    outputShape = [window.outputSize(height: 1, width: inputShape[0])[1], filters]
    weight = builder.parameter(
      path + ".weight", shape: [filters, kernel, channels], role: .weight, layout: .convolution,
      initially: .drawn(initializer, fanIn: kernel * channels, fanOut: kernel * filters / window.groups))
    self.bias = bias ? builder.parameter(path + ".bias", shape: [filters], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  public var multiplyAdds: Int { saturatingProduct(outputShape[0], weight.count) }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    var x = x
    if let lengths = pass.lengths {
      x = x.masked(lengths: lengths)
      pass.lengths = lengths.map(window.outputTime)
    }
    return x.paddedInTime(to: window.inputTime(x.shape[1])).convolution(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), window: window,
      fusingReLU: fusesReLU && pass.fusesLayers)
  }
}

extension Convolution1D {
  public struct Settings: LayerSettings {
    public var filters: Int
    public var kernel: Int
    public var stride = 1
    public var padding = TimePadding.valid
    public var dilation = 1
    /// Nil means one group for each channel (depthwise).
    public var groups: Int? = 1
    public var bias = true
    public var initializer = Initializer.heNormal

    public init(filters: Int, kernel: Int) { (self.filters, self.kernel) = (filters, kernel) }

    package static let forms = [
      LayerForm(
        "conv1d",
        "Convolution over the time of a sequence. A padded sequence gives the same result as alone.",
        template: Settings(filters: 1, kernel: 1),
        fields: [
          Field("filters", \.filters, .size(), required: true, "Number of output channels."),
          Field("kernel", \.kernel, .size(), required: true, "Time steps in a window."),
          Field("stride", \.stride, .size(), "Time steps from one window to the next."),
          Field(
            "padding", \.padding, .timePadding,
            "Zeros around the sequence: none, as many as keep ⌈time / stride⌉, in front only so that no output depends "
              + "on later time steps, or this many on both sides."),
          Field("dilation", \.dilation, .size(), "Time steps between a window's elements."),
          Field("groups", \.groups, .count(or: "depthwise"), "As for `conv`."),
          Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
          Field("initializer", \.initializer, .initializer, "Initial values of the weights; biases start at 0."),
        ],
        examples: [LayerExample(.convolution1D(oddExample), on: [7, 6])])
    ]

    private static var oddExample: Settings {
      var settings = Settings(filters: 4, kernel: 3)
      (settings.padding, settings.dilation, settings.groups) = (.causal, 2, 2)
      return settings
    }

    package var timeDependence: TimeDependence { .window }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (time, channels) = try context.requireSequence()
      try context.requirePositive(filters, "the number of filters")
      try context.requirePositive(kernel, "the kernel")
      try context.requirePositive(stride, "the stride")
      try context.requirePositive(dilation, "the dilation")
      let groups = groups ?? channels
      guard groups > 0, channels % groups == 0, filters % groups == 0 else {
        throw context.error(
          "\(groups) groups do not divide its \(channels) channels and \(filters) filters",
          hint: "use a number of groups that divides both")
      }
      // Padding of one time step would shift the text against the tokens to be predicted.
      let isShifted = if case .symmetric(1...) = padding { true } else { false }
      guard !builder.predictsTokens || padding == .causal || (kernel == 1 && !isShifted) else {
        throw context.error("sees the tokens that are to be predicted", hint: "write padding: causal")
      }
      var window = ConvolutionWindow(kernelHeight: 1, kernelWidth: kernel)
      (window.strideWidth, window.dilationWidth, window.groups) = (stride, dilation, groups)
      window.coversEnd = padding == .same
      let span = dilation * (kernel - 1) + 1
      window.padding = try padding.resolved(time: time, span: span, stride: stride, for: context)
      guard window.outputSize(height: 1, width: time)[1] > 0 else {
        let dilated = dilation == 1 ? "" : " with dilation \(dilation)"
        throw context.error(
          "a kernel of \(kernel)\(dilated) does not fit its input \(describe(context.inputShape))",
          hint: "use a smaller kernel, padding, or less striding and pooling in front of it")
      }
      try context.requireCount(of: [filters, kernel, channels / groups], "has a weight of")
      return Convolution1D(
        path: context.path, inputShape: context.inputShape, filters: filters, window: window, bias: bias,
        initializer: initializer, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Convolution over time.
  public static func convolution1D(_ settings: Convolution1D.Settings) -> Self { Self(settings) }
}
