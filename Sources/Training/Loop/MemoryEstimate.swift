import NeuralNetworks

/// Estimated memory of a worker in training, in bytes.
public struct MemoryEstimate: Sendable, Equatable {
  /// Trained and frozen parameters.
  public let parameters: Int
  /// Gradient buffers, partial sums and their scratch memory.
  public let gradients: Int
  public let optimizer: Int
  /// Outputs of all layers, kept for the backward pass, for the samples that are computed at once.
  public let activations: Int
  public let samplesAtOnce: Int
  /// A process with its libraries, without a model.
  public static let program = 55_000_000

  public var total: Int { saturatingSum([parameters, gradients, optimizer, activations, Self.program]) }
}

extension PreparedRun {
  /// The model's layers with their costs.
  public var summary: ModelSummary { get throws(ModelError) { try emptyModel().summary } }

  /// - Throws: If there are more workers than shards.
  public func memoryEstimate(workers: Int) throws -> MemoryEstimate {
    let model = try emptyModel()
    let shards = try shards(workers: workers)
    let own = (shards + workers - 1) / workers
    let atOnce = (configuration.training.batchSize + shards - 1) / shards * (model.spansBatch ? own : 1)
    let buffer = model.store.flatCount * model.store.dtype.size
    let optimizer = configuration.optimizer
    // With k shards, about log₂ k partial sums exist at a time.
    let sums = model.spansBatch ? own : 1 + (Int.bitWidth - (own - 1).leadingZeroBitCount)
    return MemoryEstimate(
      parameters: buffer + model.store.frozenFlatCount * model.store.dtype.size,
      gradients: saturatingProduct(buffer, sums),
      optimizer: saturatingProduct(buffer, optimizer.stateCount + optimizer.scratchCount),
      activations: saturatingProduct(model.summary.activationBytes, atOnce), samplesAtOnce: atOnce)
  }
}
