import CKernels

/// Padding around an image, in pixels. Convolutions read zeros there; pooling ignores these pixels.
public struct ImagePadding: Hashable, Sendable {
  public var top, left, bottom, right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// The same on all sides.
  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  /// The same on both sides of each axis.
  public init(height: Int, width: Int) { self.init(top: height, left: width, bottom: height, right: width) }
}

/// The sizes of one convolution: input [batch, height, width, inputChannels], weights [outputChannels,
/// kernelHeight, kernelWidth, inputChannels / groups], output [batch, outputHeight, outputWidth, outputChannels].
public struct ConvolutionGeometry: Hashable, Sendable {
  public var batch, height, width, inputChannels, outputChannels: Int
  public var kernelHeight, kernelWidth: Int
  public var strideHeight, strideWidth: Int
  /// Distance between neighbouring taps; 1 is dense.
  public var dilationHeight, dilationWidth: Int
  public var padding: ImagePadding
  /// Number of groups; group g of the outputs depends on group g of the inputs only.
  public var groups: Int

  public init(
    batch: Int, height: Int, width: Int, inputChannels: Int, outputChannels: Int, kernel: (height: Int, width: Int),
    stride: (height: Int, width: Int) = (1, 1), dilation: (height: Int, width: Int) = (1, 1),
    padding: ImagePadding = ImagePadding(), groups: Int = 1
  ) {
    (self.batch, self.height, self.width) = (batch, height, width)
    (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (dilationHeight, dilationWidth) = dilation
    self.padding = padding
    self.groups = groups
    precondition(
      groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
      "\(groups) groups do not divide \(inputChannels) input and \(outputChannels) output channels")
    precondition(
      strideHeight > 0 && strideWidth > 0 && dilationHeight > 0 && dilationWidth > 0,
      "stride \(stride) and dilation \(dilation) must be positive")
    precondition(
      outputHeight > 0 && outputWidth > 0,
      "a \(kernelHeight)×\(kernelWidth) kernel with dilation \(dilation) does not fit a \(height)×\(width) image")
  }

  public var outputHeight: Int {
    Self.outputSize(
      height, kernel: kernelHeight, stride: strideHeight, dilation: dilationHeight,
      padding: padding.top + padding.bottom)
  }

  public var outputWidth: Int {
    Self.outputSize(
      width, kernel: kernelWidth, stride: strideWidth, dilation: dilationWidth, padding: padding.left + padding.right)
  }

  /// Number of positions of a window of `kernel` taps along an axis of `size`; 0 or less if it does not fit.
  public static func outputSize(_ size: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Int) -> Int {
    let lastStart = size + padding - dilation * (kernel - 1) - 1
    return lastStart < 0 ? 0 : lastStart / stride + 1
  }

  public var inputShape: [Int] { [batch, height, width, inputChannels] }
  public var weightShape: [Int] { [outputChannels, kernelHeight, kernelWidth, inputChannels / groups] }
  public var outputShape: [Int] { [batch, outputHeight, outputWidth, outputChannels] }

  /// Number of output positions in the whole batch.
  var positions: Int { batch * outputHeight * outputWidth }
  /// Number of inputs of one output, within its group.
  var patchLength: Int { kernelHeight * kernelWidth * inputChannels / groups }
  /// Whether each group has one input channel; then matrix products do not help.
  var isDepthwise: Bool { groups > 1 && groups == inputChannels }
  /// Whether the kernel is 1×1 and visits every pixel: then the image is its own matrix of patches.
  var isPointwise: Bool {
    kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1 && padding == ImagePadding()
  }

  var window: ck_window {
    ck_window(
      batch: batch, height: height, width: width, channels: inputChannels, output_height: outputHeight,
      output_width: outputWidth, kernel_height: kernelHeight, kernel_width: kernelWidth, stride_height: strideHeight,
      stride_width: strideWidth, dilation_height: dilationHeight, dilation_width: dilationWidth,
      padding_top: padding.top, padding_left: padding.left)
  }
}
