import CKernels

/// The type of a tensor's elements. Training uses `float32`. Every differentiable operation also works in `float64`, in which
/// gradients are checked to 1e-6.
public enum DType: String, Sendable {
  case float32, float64, int32, uint8

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .uint8: 1
    }
  }

  /// Type selector of the C kernels; defined for the two floating-point types.
  public var kernelType: ck_type {
    switch self {
    case .float32: CK_FLOAT32
    case .float64: CK_FLOAT64
    case .int32, .uint8: preconditionFailure("no floating-point kernel works on \(self) elements")
    }
  }
}
