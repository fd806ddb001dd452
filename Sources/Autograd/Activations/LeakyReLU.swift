import CKernels

extension Activation {
  /// x where x > 0, slope·x elsewhere.
  public static func leakyReLU(slope: Double) -> Activation {
    Activation(
      "leaky_relu", "x where x > 0, slope·x elsewhere.", kernel: CK_LEAKY_RELU, derivativeFrom: .output, slope: slope)
  }
}
