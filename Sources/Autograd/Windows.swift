/// Rows and columns added around an image, zeros for convolution and average pooling.
public struct ImagePadding: Sendable, Equatable {
  public var top: Int
  public var bottom: Int
  public var left: Int
  public var right: Int

  public static let none = ImagePadding(top: 0, bottom: 0, left: 0, right: 0)

  public init(top: Int, bottom: Int, left: Int, right: Int) {
    (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
  }

  /// The same on both sides of each axis.
  public init(height: Int, width: Int) {
    self.init(top: height, bottom: height, left: width, right: width)
  }
}

/// How a convolution's kernel moves over an image, whatever the image's size.
public struct ConvolutionWindow: Sendable, Equatable {
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideHeight = 1
  public var strideWidth = 1
  public var dilationHeight = 1
  public var dilationWidth = 1
  public var padding = ImagePadding.none
  public var groups = 1

  public init(kernelHeight: Int, kernelWidth: Int) {
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
  }

  /// `[height, width]` of the output; not positive where the kernel does not fit.
  public func outputSize(height: Int, width: Int) -> [Int] {
    [
      outputLength(height + padding.top + padding.bottom, dilationHeight * (kernelHeight - 1) + 1, strideHeight),
      outputLength(width + padding.left + padding.right, dilationWidth * (kernelWidth - 1) + 1, strideWidth),
    ]
  }
}

/// How a pooling window moves over an image.
public struct PoolingWindow: Sendable, Equatable {
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideHeight: Int
  public var strideWidth: Int
  public var padding = ImagePadding.none

  /// A window whose stride is its own size.
  public init(kernelHeight: Int, kernelWidth: Int) {
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
    (strideHeight, strideWidth) = (kernelHeight, kernelWidth)
  }

  /// `[height, width]` of the output; not positive where the window does not fit.
  public func outputSize(height: Int, width: Int) -> [Int] {
    [
      outputLength(height + padding.top + padding.bottom, kernelHeight, strideHeight),
      outputLength(width + padding.left + padding.right, kernelWidth, strideWidth),
    ]
  }
}

private func outputLength(_ padded: Int, _ kernel: Int, _ stride: Int) -> Int {
  padded < kernel ? 0 : (padded - kernel) / stride + 1
}
