import CKernels

extension Activation {
  /// max(x, 0).
  public static let relu = Activation("relu", "max(x, 0).", kernel: CK_RELU, derivativeFrom: .output)
}
