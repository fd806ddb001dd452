import Tensors

/// Resources of one worker: its memory pool, and objects that are too expensive to make in each step.
/// One for each worker; used from that worker's thread only.
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
