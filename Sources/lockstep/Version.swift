import MPICollectives
import Tensors
import Training

/// Text of `--version`: ours, the libraries', the kernels in use, and the traits of the build.
enum Version {
  static let number = "0.1.0"

  static var text: String {
    """
    Lockstep \(number)
    products     \(BLAS.configuration) (kernels \(BLAS.coreName))
    convolution  \(ConvolutionPlans.library)
    ranks        \(MPIEnvironment.libraryVersion)
    own kernels  \(ProcessorFeatures.kernelLevel)
    """
  }

  /// Facts that all ranks of a job must share. Other kernels round otherwise, and the replicas would drift apart.
  static var jobFacts: [JobFact] {
    libraryFacts + [
      JobFact("kernels of OpenBLAS", BLAS.coreName), JobFact("own kernels", ProcessorFeatures.kernelLevel),
    ]
  }

  /// The program and its libraries, whatever the processor. OpenBLAS's text also names the processor whose kernels it chose.
  static var libraryFacts: [JobFact] {
    let words = BLAS.configuration.split(separator: " ").filter { $0.lowercased() != BLAS.coreName.lowercased() }
    return [
      JobFact("version", number), JobFact("build", ExecutableFile.buildIdentifier ?? "unknown"),
      JobFact("OpenBLAS", words.joined(separator: " ")), JobFact("convolution", ConvolutionPlans.library),
      JobFact("MPI", MPIEnvironment.libraryVersion),
    ]
  }
}
