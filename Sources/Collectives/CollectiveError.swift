/// Reason why a collective operation between the threads of one process did not complete.
public enum CollectiveError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another worker failed or stopped the group; `reason` is its error.
  case aborted(worker: Int, reason: String)
  /// A worker returned while the others still wait for it.
  case left(worker: Int)
  /// Workers called different collectives: `operations` by worker number.
  case mismatch(operations: [String])
  /// The system refused a thread.
  case thread(worker: Int, reason: String)

  public var description: String {
    switch self {
    case .aborted(let worker, let reason):
      "worker \(worker) stopped the run: \(reason)"
    case .left(let worker):
      "worker \(worker) ended while the other workers were waiting for it in a collective operation"
    case .mismatch(let operations):
      "the workers called different collective operations: "
        + operations.enumerated().map { "worker \($0) \($1)" }.joined(separator: ", ")
        + "; check that all of them run the same program and configuration"
    case .thread(let worker, let reason):
      "worker \(worker): \(reason)"
    }
  }
}
