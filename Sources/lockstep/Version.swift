import MPICollectives
import Tensors
import Training

/// What `--version` prints: ours, the libraries', the kernels in use, and the traits of the build.
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

  /// What all ranks of a job must share. Other kernels round otherwise, and the replicas would drift apart.
  static var jobFacts: [JobFact] {
    [
      JobFact("version", number), JobFact("build", ExecutableFile.buildIdentifier ?? "unknown"),
      JobFact("OpenBLAS", BLAS.configuration), JobFact("convolution", ConvolutionPlans.library),
      JobFact("MPI", MPIEnvironment.libraryVersion), JobFact("kernels of OpenBLAS", BLAS.coreName),
      JobFact("own kernels", ProcessorFeatures.kernelLevel),
    ]
  }
}
