extension Timeline {
  /// Activity of a worker. A worker is in exactly one phase at a time, so the phases' times add up to the run's.
  public enum Phase: UInt8, CaseIterable, Sendable {
    /// Waiting for a batch that is prepared in the background.
    case data
    case forward
    /// The loss, the backward pass, and the additions of the worker's own shards.
    case backward
    /// Work on the all-reduce between operations of the backward pass.
    case hiddenCommunication
    /// Work on the all-reduce and waiting for messages after the backward pass, and exchanges of layers over the whole batch.
    case exposedCommunication
    /// Waiting at a barrier: until a slower worker has submitted its gradients, has read those of the step before, or has updated
    /// its part of shared weights.
    case waiting
    case optimizer
    case evaluation
    /// Checkpoints, and the comparison of replicas before them.
    case checkpoint
    /// Metrics, progress, decisions.
    case other

    /// Name in files and tables.
    public var name: String {
      switch self {
      case .data: "data"
      case .forward: "forward"
      case .backward: "backward"
      case .hiddenCommunication: "communication hidden"
      case .exposedCommunication: "communication exposed"
      case .waiting: "waiting for the slowest"
      case .optimizer: "optimiser"
      case .evaluation: "evaluation"
      case .checkpoint: "checkpoint"
      case .other: "other"
      }
    }
  }
}
