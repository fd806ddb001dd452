import Tensors

/// A stopwatch that tells who recorded an operation, forward and backward: `enter` and `leave` say whose operations come next,
/// and a tape with this clock counts each operation's backward pass for whoever recorded it.
///
/// Times are exclusive: while an owner inside another one runs, the outer one's watch stands still.
public final class OperationClock {
  /// Nanoseconds by owner; owner 0 is nobody.
  public private(set) var forward: [UInt64]
  public private(set) var backward: [UInt64]
  /// Whose operations are recorded now.
  private(set) var owner = 0
  private var outer: [Int] = []
  private var since: UInt64 = 0
  private let now: () -> UInt64

  /// - Parameters:
  ///   - owners: Their number; they are 1 to this.
  ///   - now: A clock in nanoseconds.
  public init(owners: Int, now: @escaping () -> UInt64) {
    forward = Array(repeating: 0, count: owners + 1)
    backward = forward
    outer.reserveCapacity(64)
    self.now = now
  }

  public func enter(_ next: Int) {
    count()
    outer.append(owner)
    owner = next
  }

  public func leave() {
    count()
    owner = outer.removeLast()
  }

  /// Forgets all times.
  public func reset() {
    for index in forward.indices { (forward[index], backward[index]) = (0, 0) }
  }

  private func count() {
    let time = now()
    if owner > 0 { forward[owner] += time - since }
    since = time
  }

  /// Runs the backward pass of an operation.
  func measuringBackward<Failure: Error>(of owner: Int, _ operation: () throws(Failure) -> Void) throws(Failure) {
    let start = now()
    defer { backward[owner] += now() - start }
    try operation()
  }
}
