import Tensors

/// What one worker computes with: its memory pool (and, kept beside it, what is expensive to make anew
/// each step). One a worker; used from that worker's thread only.
public final class ExecutionContext {
  public let pool: StoragePool

  public init(pool: StoragePool = StoragePool()) {
    self.pool = pool
  }
}
