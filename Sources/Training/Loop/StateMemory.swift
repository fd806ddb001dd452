import Autograd
import NeuralNetworks
import RunSettings
import Tensors

/// The memory that a run needs before its first sample: parameters, gradients and the optimiser's state.
public struct StateMemory: Sendable, Equatable {
  /// Bytes that every worker needs.
  public let worker: Int
  /// Bytes that workers with common memory need once.
  public let host: Int
  /// Flat buffers of the parameters' size that they have in common.
  let sharedBuffers: Int

  /// Smaller weights stay in the caches of each worker's core, where others' writing would cost more than it saves: on two
  /// cores up to 15 % of a step below 1 MB, nothing at 3 MB; at 5 to 7 MB sharing saves 20 to 30 %.
  private static let leastSharedBytes = 4 << 20

  init(of store: ParameterStore, _ configuration: RunConfiguration) {
    let optimizer = configuration.optimizer
    let buffer = store.flatCount * store.dtype.size
    let frozen = store.frozenFlatCount * store.dtype.size
    let isShared = configuration.training.shareWeights ?? (buffer >= Self.leastSharedBytes)
    // The weights and the optimiser's state.
    sharedBuffers = isShared ? 1 + optimizer.stateCount : 0
    // Of the optimiser's scratch memory each touches its own part.
    let common = isShared ? sharedBuffers + optimizer.scratchCount : 0
    worker = buffer * (2 + optimizer.stateCount + optimizer.scratchCount - common) + frozen
    host = buffer * common
  }
}
