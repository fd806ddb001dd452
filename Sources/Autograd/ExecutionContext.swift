import Tensors

/// Resources of one worker: its memory pool and, kept beside it, what is expensive to make anew
/// each step. One a worker; used from that worker's thread only.
public final class ExecutionContext {
  public let pool: StoragePool
  public let convolutionPlans: ConvolutionPlans
  public let matrixPacker: MatrixPacker

  public init(pool: StoragePool = StoragePool(), convolutionBackend: ConvolutionPlans.Backend = .automatic) {
    self.pool = pool
    convolutionPlans = ConvolutionPlans(pool: pool, backend: convolutionBackend)
    matrixPacker = MatrixPacker(pool: pool)
  }
}
