import CKernels

extension Activation {
  /// 1 / (1 + e⁻ˣ).
  public static let sigmoid = Activation("sigmoid", "1 / (1 + e⁻ˣ).", kernel: CK_SIGMOID, derivativeFrom: .output)
}
