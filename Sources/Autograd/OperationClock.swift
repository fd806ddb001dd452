/// A stopwatch for owners of operations, such as layers. `enter` and `leave` measure an owner's forward pass; a tape with this clock
/// adds the backward pass of each operation to the time of the owner that recorded it.
///
/// Times are exclusive: an owner's time does not include that of owners inside it.
public final class OperationClock {
  /// Nanoseconds by owner; 0 stands for operations without an owner.
  public private(set) var forward: [UInt64]
  public private(set) var backward: [UInt64]
  /// The owner of operations that are recorded now.
  private(set) var owner = 0
  private var outer: [Int] = []
  private var since: UInt64 = 0
  private let now: () -> UInt64

  /// - Parameters:
  ///   - owners: Number of owners, which are numbered from 1.
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

  /// Sets all times to zero.
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
