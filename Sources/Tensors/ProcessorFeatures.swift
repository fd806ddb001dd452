import CKernels

/// Abilities of the processor, where a message depends on it. The kernels choose for themselves.
public enum ProcessorFeatures {
  /// Whether the processor and the system support AVX-512 in the set that x86-64-v4 names.
  public static var hasAVX512: Bool { ck_processor_level() >= 4 }

  /// The level of vector instructions that the C kernels run with: `AVX-512`, `AVX2`, or `baseline`.
  public static var kernelLevel: String {
    switch ck_processor_level() {
    case 4...: "AVX-512"
    case 3: "AVX2"
    default: "baseline"
    }
  }
}
