/// Places added around a sequence before a window goes over it.
public enum TimePadding: Sendable, Equatable {
  case valid
  /// As much as keeps ⌈time / stride⌉ outputs; where the total is odd the extra place goes to the end.
  case same
  /// In front only, so that no output sees what comes after it.
  case causal
  /// This much on both sides.
  case symmetric(Int)
}

/// A convolution over time.
public struct Convolution1DSpecification: Sendable, Equatable {
  public var filters: Int
  public var kernel: Int
  public var stride = 1
  public var padding = TimePadding.valid
  public var dilation = 1
  /// Input channels are cut into this many groups; nil means one group a channel (depthwise).
  public var groups: Int? = 1
  public var bias = true
  public var initializer = Initializer.heNormal

  public init(filters: Int, kernel: Int) { (self.filters, self.kernel) = (filters, kernel) }
}

/// Pooling over time.
public struct Pooling1DSpecification: Sendable, Equatable {
  public var kernel: Int
  public var stride: Int
  public var padding = TimePadding.valid

  public init(kernel: Int, stride: Int? = nil) {
    self.kernel = kernel
    self.stride = stride ?? kernel
  }
}
