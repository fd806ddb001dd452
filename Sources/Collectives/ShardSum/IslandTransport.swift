/// Messages of elements between workers of different islands.
public protocol IslandTransport: AnyObject {
  /// A list of transfers that are waited for together; made once, used every step.
  func makeTransfers() -> any Transfers
  /// Whether transfers are to move on by themselves too: while the worker computes, and seldom asks for them. Of all sums
  /// of a transport; once false, nothing moves unless asked.
  var asynchronousProgress: Bool { get set }
}

/// Non-blocking transfers under way.
public protocol Transfers: AnyObject {
  /// Neither side of a transfer may be touched before `areComplete`. `tag` tells messages between the same two workers
  /// apart.
  func send(_ elements: UnsafePointer<Float>, count: Int, to worker: Int, tag: Int) throws
  func receive(_ elements: UnsafeMutablePointer<Float>, count: Int, from worker: Int, tag: Int) throws
  /// Makes progress; true when all transfers since the last true have completed.
  func areComplete() throws -> Bool
}
