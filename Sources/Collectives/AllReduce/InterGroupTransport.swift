/// Messages of elements between workers of different node groups.
public protocol InterGroupTransport: AnyObject {
  /// Makes a list of transfers that are waited for together; made once, used in every step.
  func makeTransfers() -> any Transfers
  /// Whether transfers also progress by themselves, while the worker computes and seldom calls `areComplete`. Applies to all
  /// all-reduces of a transport. Once false, transfers progress only inside calls.
  var asynchronousProgress: Bool { get set }
}

/// Non-blocking transfers.
public protocol Transfers: AnyObject {
  /// Starts a transfer. Neither side may touch its elements before `areComplete`. `tag` distinguishes messages between the same
  /// two workers.
  func send(_ elements: UnsafePointer<Float>, count: Int, to worker: Int, tag: Int) throws
  func receive(_ elements: UnsafeMutablePointer<Float>, count: Int, from worker: Int, tag: Int) throws
  /// Makes progress. Returns true when all transfers since the last true have completed.
  func areComplete() throws -> Bool
}
