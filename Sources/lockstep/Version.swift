import MPICollectives
import Tensors
import Training

/// Text of `--version`: versions of Lockstep and its libraries, kernels in use, and traits of the build.
enum Version {
  static var text: String {
    """
    Lockstep \(ProgramVersion.number)
    products     \(BLAS.configuration) (kernels \(BLAS.coreName))
    convolution  \(ConvolutionPlans.library)
    ranks        \(MPIEnvironment.libraryVersion)
    own kernels  \(ProcessorFeatures.kernelLevel)
    """
  }

  /// Facts that must be equal on all ranks of a job: other kernels round differently, and replicas would diverge.
  static var jobFacts: [JobFact] {
    libraryFacts + [
      JobFact("kernels of OpenBLAS", BLAS.coreName), JobFact("own kernels", ProcessorFeatures.kernelLevel),
    ]
  }

  /// Versions of the program and its libraries, without the processor: OpenBLAS's own text names the kernels that it chose.
  static var libraryFacts: [JobFact] {
    let words = BLAS.configuration.split(separator: " ").filter { $0.lowercased() != BLAS.coreName.lowercased() }
    return [
      JobFact("version", ProgramVersion.number), JobFact("build", ExecutableFile.buildIdentifier ?? "unknown"),
      JobFact("OpenBLAS", words.joined(separator: " ")), JobFact("convolution", ConvolutionPlans.library),
      JobFact("MPI", MPIEnvironment.libraryVersion),
    ]
  }
}
