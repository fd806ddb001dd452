import CKernels

extension Activation {
  /// x·sigmoid(x), also called swish (Ramachandran et al., 2017).
  public static let silu = Activation(
    "silu", "x·sigmoid(x), also called swish (Ramachandran et al., 2017).", kernel: CK_SILU, derivativeFrom: .input)
}
