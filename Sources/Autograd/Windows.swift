import Tensors

/// Window of a convolution: kernel, stride, dilation and padding, for images of any size.
public struct ConvolutionWindow: Sendable, Equatable {
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideHeight = 1
  public var strideWidth = 1
  public var dilationHeight = 1
  public var dilationWidth = 1
  public var padding = ImagePadding()
  public var groups = 1
  /// Over time: whether a sequence shorter than the one that the padding was made for also gives ⌈time / stride⌉ time steps,
  /// its last window cut at its end.
  public var coversEnd = false

  public init(kernelHeight: Int, kernelWidth: Int) {
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
  }

  /// `[height, width]` of the output; not positive if the kernel does not fit.
  public func outputSize(height: Int, width: Int) -> [Int] {
    [
      ConvolutionGeometry.outputSize(
        height, kernel: kernelHeight, stride: strideHeight, dilation: dilationHeight,
        padding: padding.top + padding.bottom),
      ConvolutionGeometry.outputSize(
        width, kernel: kernelWidth, stride: strideWidth, dilation: dilationWidth,
        padding: padding.left + padding.right),
    ]
  }

  /// Output time steps for `time` of the input, at least 1.
  public func outputTime(_ time: Int) -> Int {
    coversEnd ? (time + strideWidth - 1) / strideWidth : max(1, outputSize(height: 1, width: time)[1])
  }

  /// Time steps, trailing zeros included, that a sequence of `time` requires for that many.
  public func inputTime(_ time: Int) -> Int {
    let span = dilationWidth * (kernelWidth - 1) + 1
    return (outputTime(time) - 1) * strideWidth + span - padding.left - padding.right
  }
}

/// Window of a pooling layer: kernel, stride and padding, for images of any size.
public struct PoolingWindow: Sendable, Equatable {
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideHeight: Int
  public var strideWidth: Int
  public var padding = ImagePadding()
  /// As in a convolution's window.
  public var coversEnd = false

  /// A window whose stride is its own size.
  public init(kernelHeight: Int, kernelWidth: Int) {
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
    (strideHeight, strideWidth) = (kernelHeight, kernelWidth)
  }

  /// `[height, width]` of the output; not positive if the window does not fit.
  public func outputSize(height: Int, width: Int) -> [Int] {
    [
      ConvolutionGeometry.outputSize(
        height, kernel: kernelHeight, stride: strideHeight, padding: padding.top + padding.bottom),
      ConvolutionGeometry.outputSize(
        width, kernel: kernelWidth, stride: strideWidth, padding: padding.left + padding.right),
    ]
  }

  /// Time steps after pooling `time` of them; a window may be cut at the end, so there is at least one.
  public func outputTime(_ time: Int) -> Int {
    coversEnd ? (time + strideWidth - 1) / strideWidth : max(1, outputSize(height: 1, width: time)[1])
  }
}
