import CKernels

extension Activation {
  /// The hyperbolic tangent.
  public static let tanh = Activation("tanh", "Hyperbolic tangent.", kernel: CK_TANH, derivativeFrom: .output)
}
