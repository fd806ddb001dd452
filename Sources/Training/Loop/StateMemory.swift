import Autograd
import NeuralNetworks
import RunSettings
import Tensors

/// Memory that a run requires before its first sample: parameters, gradients and the optimiser's state.
public struct StateMemory: Sendable, Equatable {
  /// Bytes for every worker.
  public let worker: Int
  /// Bytes for every node group.
  public let host: Int
  /// Number of flat buffers of the parameters' size that a node group shares.
  let sharedBuffers: Int

  /// Smaller weights stay in the caches of each worker's core, where writes of other workers would cost more than they save: on two
  /// cores up to 15 % of a step below 1 MB, nothing at 3 MB; at 5 to 7 MB sharing saves 20 to 30 %.
  private static let leastSharedBytes = 4 << 20

  init(of store: ParameterStore, _ configuration: RunConfiguration) {
    let optimizer = configuration.optimizer
    let buffer = store.flatCount * store.dtype.size
    let frozen = store.frozenFlatCount * store.dtype.size
    let isShared = configuration.training.shareWeights ?? (buffer >= Self.leastSharedBytes)
    // The weights and the optimiser's state.
    sharedBuffers = isShared ? 1 + optimizer.stateCount : 0
    let common = isShared ? sharedBuffers + optimizer.partedScratchCount : 0
    worker = buffer * (2 + optimizer.stateCount + optimizer.scratchCount - common) + frozen
    host = buffer * common
  }
}
