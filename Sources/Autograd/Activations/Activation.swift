import CKernels

/// An elementwise non-linearity. A new one requires a file here, a line in `all`, and a case in the C kernels.
public struct Activation: Sendable, Equatable {
  /// The word that configurations and messages use.
  public let name: String
  /// Its equation, for the reference page.
  public let meaning: String
  /// Slope below zero, for those that have one.
  public var slope: Double
  /// Whether `slope` can be set.
  public let hasSlope: Bool
  let kernel: ck_activation
  private let derivative: Derivative

  /// Values that the derivative is computed from.
  enum Derivative: Sendable { case input, output }

  init(
    _ name: String, _ meaning: String, kernel: ck_activation, derivativeFrom derivative: Derivative,
    slope: Double? = nil
  ) {
    (self.name, self.meaning, self.kernel, self.derivative) = (name, meaning, kernel, derivative)
    (self.slope, hasSlope) = (slope ?? 0, slope != nil)
  }

  /// Whether the derivative follows from the output alone. Such an activation can overwrite its input, so that
  /// it fuses with the operation before it.
  public var isDifferentiableFromOutput: Bool {
    // With a slope below zero the output's sign no longer tells the input's.
    derivative == .output && slope >= 0
  }

  public static func == (first: Self, second: Self) -> Bool {
    first.name == second.name && first.slope == second.slope
  }

  /// In the order of the reference page.
  public static let all: [Activation] = [.relu, .sigmoid, .tanh, .gelu, .geluTanh, .silu, .leakyReLU(slope: 0.01)]
}
