extension Timeline {
  /// Activity of a worker. It is in exactly one phase at a time, so that the phases' times add up to the run's.
  public enum Phase: UInt8, CaseIterable, Sendable {
    /// Waiting for the batch that is prepared in the background.
    case data
    case forward
    /// The loss, the backward pass, and the sums of the worker's own leaves.
    case backward
    /// Work on the sum over workers between operations of the backward pass.
    case hiddenCommunication
    /// Work and waiting for messages after the backward pass, and the meetings of layers that look at the whole batch.
    case exposedCommunication
    /// Nothing to do until a slower worker has its gradients ready, or has read those of the step before, or has
    /// updated its part of weights that workers share.
    case waiting
    case optimizer
    case evaluation
    /// Checkpoints, and the comparison of replicas before them.
    case checkpoint
    /// Metrics, progress, decisions.
    case other

    /// The same in files and in tables.
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
