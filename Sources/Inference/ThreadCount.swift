import Collectives
import RunSettings
import Tensors

/// More threads than OpenBLAS was built for.
public struct ThreadCountError: ExitCodeProviding, Equatable, CustomStringConvertible {
  /// Number that the configuration asks for, and the largest possible one.
  public let wanted: Int
  public let most: Int

  public var exitCode: Int32 { 2 }

  public var description: String {
    """
    training.blas_threads is \(wanted), but this OpenBLAS takes at most \(most) (the most it was built for); lower it, or \
    use another OpenBLAS
    """
  }
}

extension TrainingSettings {
  /// Gives this process the number of threads for each matrix product that the settings say. No other place does:
  /// code that opens a model calls it first.
  package func setThreadCount() throws(ThreadCountError) {
    BLAS.setThreadCount(blasThreads)
    guard BLAS.threadCount == blasThreads else { throw ThreadCountError(wanted: blasThreads, most: BLAS.threadCount) }
  }
}
