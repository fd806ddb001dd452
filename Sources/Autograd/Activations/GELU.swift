import CKernels

extension Activation {
  /// The exact form, x·Φ(x) (Hendrycks and Gimpel, 2016).
  public static let gelu = Activation(
    "gelu", "x·Φ(x), exact (Hendrycks and Gimpel, 2016).", kernel: CK_GELU, derivativeFrom: .input)

  /// GELU by its tanh approximation.
  public static let geluTanh = Activation(
    "gelu_tanh", "GELU by its tanh approximation.", kernel: CK_GELU_TANH, derivativeFrom: .input)
}
