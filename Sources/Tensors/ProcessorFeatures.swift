import CKernels
import Foundation

/// Name and instruction sets of the processor, for messages and records. Kernels choose theirs by themselves.
public enum ProcessorFeatures {
  /// The name that the processor gives itself, for example `AMD EPYC 9654 96-Core Processor`; without one, its architecture.
  public static let name: String = {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":", maxSplits: 1).last
    if let name = name?.trimmingCharacters(in: .whitespaces), !name.isEmpty { return name }
    #if arch(x86_64)
      return "x86-64"
    #elseif arch(arm64)
      return "AArch64"
    #else
      return "unknown"
    #endif
  }()

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
