import Autograd
import Configuration
import Tensors

/// Convolution over images (cross-correlation, as everywhere in this field).
///
/// Input `[batch, height, width, channels]`, output `[batch, height', width', filters]` with
/// height' = ⌊(height + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. `weight` is
/// `[filters, kernel height, kernel width, channels / groups]` here, and in files PyTorch's
/// `[filters, channels / groups, kernel height, kernel width]`; `bias` `[filters]`.
public final class Convolution2D: PartwiseLayer, ReLUFusing {
  public let path: String
  public let name = "conv"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  public let window: ConvolutionWindow
  var fusesReLU = false

  public init(
    path: String, inputShape: [Int], filters: Int, window: ConvolutionWindow, bias: Bool, initializer: Initializer,
    builder: ModelBuilder
  ) {
    let channels = inputShape[2] / window.groups
    let area = window.kernelHeight * window.kernelWidth
    self.path = path
    self.window = window
    outputShape = window.outputSize(height: inputShape[0], width: inputShape[1]) + [filters]
    weight = builder.parameter(
      path + ".weight", shape: [filters, window.kernelHeight, window.kernelWidth, channels], role: .weight,
      layout: .convolution,
      initially: .drawn(initializer, fanIn: area * channels, fanOut: area * filters / window.groups))
    self.bias = bias ? builder.parameter(path + ".bias", shape: [filters], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  public var multiplyAdds: Int { saturatingProduct(outputShape[0], outputShape[1], weight.count) }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.convolution(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), window: window,
      fusingReLU: fusesReLU && pass.fusesLayers)
  }
}

extension Convolution2D {
  public struct Settings: LayerSettings {
    public var filters: Int
    public var kernel: Extent
    public var stride = Extent(1)
    public var padding = Padding.valid
    public var dilation = Extent(1)
    /// Nil means one group for each channel (depthwise).
    public var groups: Int? = 1
    public var bias = true
    public var initializer = Initializer.heNormal

    public init(filters: Int, kernel: Extent) { (self.filters, self.kernel) = (filters, kernel) }

    package static let forms = [
      LayerForm(
        "conv", "Two-dimensional convolution (cross-correlation, as usual in the field).",
        template: Settings(filters: 1, kernel: Extent(1)),
        fields: [
          Field("filters", \.filters, .size(), required: true, "Number of output channels."),
          Field("kernel", \.kernel, .extent(atLeast: 1), required: true, "Size of the window."),
          Field("stride", \.stride, .extent(atLeast: 1), "Steps between windows."),
          Field(
            "padding", \.padding, .padding,
            "Zeros around the image: none, as many as keep ⌈size / stride⌉, or this many on both sides."),
          Field("dilation", \.dilation, .extent(atLeast: 1), "Steps between a window's elements."),
          Field(
            "groups", \.groups, .count(or: "depthwise"),
            "Cuts the channels into groups; `depthwise` makes one of each channel."),
          Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
          Field("initializer", \.initializer, .initializer, "Initial values of the weights; biases start at 0."),
        ],
        examples: [LayerExample(.convolution(oddExample), on: [7, 5, 3])])
    ]

    private static var oddExample: Settings {
      var settings = Settings(filters: 6, kernel: Extent(height: 3, width: 2))
      (settings.stride, settings.padding, settings.groups) = (Extent(height: 2, width: 1), .same, 3)
      return settings
    }

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (height, width, channels) = try context.requireImage()
      try context.requirePositive(filters, "the number of filters")
      try context.requirePositive(kernel, "the kernel")
      try context.requirePositive(stride, "the stride")
      try context.requirePositive(dilation, "the dilation")
      let groups = groups ?? channels
      guard groups > 0, channels % groups == 0 else {
        throw context.error(
          "\(groups) groups do not divide the \(channels) channels of its input \(describe(context.inputShape))",
          hint: "use a number of groups that divides both channels and filters")
      }
      guard filters % groups == 0 else {
        throw context.error(
          "\(groups) groups do not divide its \(filters) filters",
          hint: "use a number of filters that is a multiple of the groups")
      }
      var window = ConvolutionWindow(kernelHeight: kernel.height, kernelWidth: kernel.width)
      (window.strideHeight, window.strideWidth) = (stride.height, stride.width)
      (window.dilationHeight, window.dilationWidth) = (dilation.height, dilation.width)
      window.groups = groups
      window.padding = padding.resolved(
        height: height, width: width, kernel: kernel, stride: stride, dilation: dilation)
      try context.requireNonNegative(window.padding)
      guard window.outputSize(height: height, width: width).allSatisfy({ $0 > 0 }) else {
        let dilated = dilation == Extent(1) ? "" : " with dilation \(describe(dilation))"
        throw context.error(
          "a \(describe(kernel)) kernel\(dilated) does not fit its input \(describe(context.inputShape))",
          hint: "use a smaller kernel, padding, or less striding and pooling in front of it")
      }
      try context.requireCount(of: [filters, kernel.height, kernel.width, channels / groups], "has a weight of")
      return Convolution2D(
        path: context.path, inputShape: context.inputShape, filters: filters, window: window, bias: bias,
        initializer: initializer, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Convolution over an image.
  public static func convolution(_ settings: Convolution2D.Settings) -> Self { Self(settings) }
}
