import Glibc

/// Connects a rank to lower ranks: to all at once, repeatedly, until each has answered or time is up.
struct PeerConnector {
  struct Limits {
    /// Seconds after which a silent connection is replaced by a new one. A rank that does not run for a while has more time, since
    /// the new connection waits for it too.
    var attempt = 10.0
    /// Seconds until the next of a rank's addresses is tried as well.
    var nextAddress = 0.25
    /// Seconds until an address that has refused is tried again: for the first time, and at most.
    var retry = 0.05...1.0
    /// Most unproven connections, to all ranks together; each takes a descriptor.
    var attempts = 256
  }

  /// A connection whose other end has proven to be the intended rank.
  struct Proven {
    /// Name that distinguishes this connection from others of this rank.
    let name: [UInt8]
    let link: PeerLink
  }

  private enum Stage { case connecting, awaitingChallenge, awaitingProof }

  private struct Attempt {
    let descriptor: Int32
    let deadline: Double
    let name = Handshake.randomBytes(Handshake.challengeLength)
    var stage = Stage.connecting
    var received: [UInt8] = []
    var connection: Handshake.Connection?
  }

  /// One address of one rank, with at most one attempt at a time.
  private struct Target {
    let rank: Int
    let endpoint: Endpoint
    var nextAttempt: Double
    var pause: Double
    var attempt: Attempt?
  }

  let rank: Int
  let handshake: Handshake
  let limits: Limits

  /// - Parameters:
  ///   - candidates: Addresses of each rank, most likely first; ranks without any are left out.
  ///   - deadline: Time of the monotonic clock.
  /// - Returns: The connection to each rank; nil for ranks that could not be reached.
  func connect(to candidates: [[Endpoint]], until deadline: Double) -> [Proven?] {
    var proven = [Proven?](repeating: nil, count: candidates.count)
    let start = MonotonicClock.seconds
    var targets = candidates.enumerated().flatMap { rank, endpoints in
      endpoints.enumerated().map { index, endpoint in
        Target(
          rank: rank, endpoint: endpoint, nextAttempt: start + Double(index) * limits.nextAddress,
          pause: limits.retry.lowerBound)
      }
    }
    while !targets.isEmpty {
      let now = MonotonicClock.seconds
      if now >= deadline { break }
      begin(&targets, at: now)
      wait(for: &targets, until: deadline) { proven[$0] = $1 }
      for target in targets where proven[target.rank] != nil { giveUp(target.attempt) }
      targets.removeAll { proven[$0.rank] != nil }
    }
    for target in targets { giveUp(target.attempt) }
    return proven
  }

  private func giveUp(_ attempt: Attempt?) {
    if let attempt { close(attempt.descriptor) }
  }

  /// Gives up attempts that take too long, and starts those that are due, longest due first, up to the limit.
  private func begin(_ targets: inout [Target], at now: Double) {
    for index in targets.indices {
      if let attempt = targets[index].attempt, now >= attempt.deadline { fail(&targets[index], at: now) }
    }
    let free = limits.attempts - targets.count { $0.attempt != nil }
    let due = targets.indices.filter { targets[$0].attempt == nil && now >= targets[$0].nextAttempt }
    for index in due.sorted(by: { targets[$0].nextAttempt < targets[$1].nextAttempt }).prefix(max(0, free)) {
      begin(&targets[index], at: now)
    }
  }

  private func begin(_ target: inout Target, at now: Double) {
    let descriptor = TCPSocket.beginConnecting(to: target.endpoint)
    if descriptor < 0 {
      fail(&target, at: now)
    } else {
      target.attempt = Attempt(descriptor: descriptor, deadline: now + limits.attempt)
    }
  }

  private func fail(_ target: inout Target, at now: Double) {
    giveUp(target.attempt)
    target.attempt = nil
    target.nextAttempt = now + target.pause
    target.pause = min(2 * target.pause, limits.retry.upperBound)
  }

  private func wait(for targets: inout [Target], until deadline: Double, found: (Int, Proven) -> Void) {
    let now = MonotonicClock.seconds
    let open = targets.indices.filter { targets[$0].attempt != nil }
    var events = open.map { index in
      let events = targets[index].attempt?.stage == .connecting ? POLLOUT : POLLIN
      return pollfd(fd: targets[index].attempt?.descriptor ?? -1, events: Int16(events), revents: 0)
    }
    // At the limit of attempts, one that ends allows one that is due.
    let isFull = open.count >= limits.attempts
    let wake = targets.map { $0.attempt?.deadline ?? (isFull ? .infinity : $0.nextAttempt) }.reduce(deadline, min)
    guard TCPSocket.wait(for: &events, seconds: min(1, wake - now)) else { return }
    var linked: Set<Int> = []
    for (index, event) in zip(open, events) where event.revents != 0 && !linked.contains(targets[index].rank) {
      guard let link = goOn(&targets[index]) else { continue }
      linked.insert(targets[index].rank)
      found(targets[index].rank, link)
      targets[index].attempt = nil
    }
  }

  /// Advances an attempt for which poll has reported an event; returns the connection once it is proven.
  private func goOn(_ target: inout Target) -> Proven? {
    guard var attempt = target.attempt else { return nil }
    if attempt.stage == .connecting {
      guard TCPSocket.isConnected(attempt.descriptor) else {
        fail(&target, at: MonotonicClock.seconds)
        return nil
      }
      attempt.stage = .awaitingChallenge
      target.attempt = attempt
      return nil
    }
    // A challenge and a proof are equally long.
    let missing = Handshake.challengeLength - attempt.received.count
    guard case .bytes(let bytes) = TCPSocket.readNow(missing, from: attempt.descriptor) else {
      fail(&target, at: MonotonicClock.seconds)
      return nil
    }
    attempt.received += bytes
    guard bytes.count == missing else {
      target.attempt = attempt
      return nil
    }
    if let connection = attempt.connection {
      if handshake.isAcceptor(provenBy: attempt.received, on: connection) {
        return Proven(name: attempt.name, link: PeerLink(descriptor: attempt.descriptor))
      }
      fail(&target, at: MonotonicClock.seconds)
      return nil
    }
    let connection = Handshake.Connection(
      connector: rank, acceptor: target.rank, endpoint: target.endpoint, acceptorChallenge: attempt.received,
      connectorChallenge: attempt.name)
    guard TCPSocket.write(handshake.answer(on: connection), to: attempt.descriptor) else {
      fail(&target, at: MonotonicClock.seconds)
      return nil
    }
    attempt.connection = connection
    attempt.received = []
    target.attempt = attempt
    return nil
  }
}
