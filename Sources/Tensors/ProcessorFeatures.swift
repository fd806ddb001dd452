import CKernels

/// Instruction sets of the processor, for messages. Kernels choose theirs by themselves.
public enum ProcessorFeatures {
  /// Whether processor and system support the AVX-512 subset of x86-64-v4.
  public static var hasAVX512: Bool { ck_processor_level() >= 4 }

  /// Vector instructions of the C kernels in use: `AVX-512`, `AVX2`, or `baseline`.
  public static var kernelLevel: String {
    switch ck_processor_level() {
    case 4...: "AVX-512"
    case 3: "AVX2"
    default: "baseline"
    }
  }
}
