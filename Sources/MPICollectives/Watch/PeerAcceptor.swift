import Glibc
import Synchronization

/// Accepts the connections of higher ranks. A stranger's connection costs a descriptor for a few seconds and delays no rank,
/// since all connections are served at once.
final class PeerAcceptor: Sendable {
  /// A connection whose other end has proven to be a rank of this job.
  struct Proven {
    let rank: Int
    /// The connector's challenge, which distinguishes this connection from those that the rank has given up.
    let name: [UInt8]
    let link: PeerLink
  }

  struct Limits {
    /// Seconds for an answer to the challenge.
    var answer = 5.0
    /// Most connections that have not answered yet; beyond that, a new one replaces one drawn at random. A flood mostly displaces
    /// its own connections, and a rank tries again.
    var unproven = 256
    /// Seconds before the first connection is accepted; for tests.
    var delay = 0.0
  }

  private struct Listener {
    let descriptor: Int32
    let endpoint: Endpoint
  }

  private struct Unproven {
    let descriptor: Int32
    let endpoint: Endpoint
    let challenge: [UInt8]
    let deadline: Double
    var answer: [UInt8] = []
  }

  /// Addresses at which ranks can connect, without those on which the system does not allow listening.
  let endpoints: [Endpoint]
  private let listeners: [Listener]
  private let rank: Int
  private let limits: Limits
  private let isOver = Atomic(false)
  private let found = Mutex<[Proven]>([])

  init(at addresses: [InterfaceAddress], rank: Int, size: Int, limits: Limits = Limits()) {
    listeners = addresses.compactMap { address in
      // While this rank does not run, only this queue absorbs a flood.
      TCPSocket.listen(at: address, backlog: max(1024, size)).map {
        Listener(descriptor: $0.descriptor, endpoint: Endpoint(address: address, port: $0.port))
      }
    }
    endpoints = listeners.map(\.endpoint)
    (self.rank, self.limits) = (rank, limits)
  }

  /// Hands the proven connections to the caller, who then owns them.
  func takeProven() -> [Proven] {
    found.withLock { proven in
      defer { proven = [] }
      return proven
    }
  }

  /// Ends `run`.
  func end() {
    isOver.store(true, ordering: .releasing)
    // Ends a wait in poll.
    for listener in listeners { shutdown(listener.descriptor, Int32(SHUT_RD)) }
  }

  /// Accepts connections until `end`, then closes the listeners.
  func run(_ handshake: Handshake) {
    if limits.delay > 0 { usleep(UInt32(limits.delay * 1e6)) }
    var unproven: [Unproven] = []
    /// End of the pause after the system has refused a descriptor and none could be freed.
    var restUntil = 0.0
    while !isOver.load(ordering: .acquiring) {
      let start = MonotonicClock.seconds
      var events = unproven.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      let isResting = start < restUntil
      events += listeners.map { pollfd(fd: isResting ? -1 : $0.descriptor, events: Int16(POLLIN), revents: 0) }
      let wake = (unproven.map(\.deadline) + [start + 0.5, isResting ? restUntil : .infinity]).min() ?? start
      _ = TCPSocket.wait(for: &events, seconds: wake - start)

      let now = MonotonicClock.seconds
      // First those that may have answered, so that newcomers do not displace them.
      var waiting: [Unproven] = []
      for (index, var connection) in unproven.enumerated() {
        let isOpen = events[index].revents == 0 || hear(&connection, handshake)
        guard isOpen else { continue }
        if now >= connection.deadline { close(connection.descriptor) } else { waiting.append(connection) }
      }
      for (listener, event) in zip(listeners, events.dropFirst(unproven.count)) where event.revents != 0 {
        if !take(from: listener, &waiting, at: now) { restUntil = now + 0.05 }
      }
      unproven = waiting
    }
    for connection in unproven { close(connection.descriptor) }
    for listener in listeners { close(listener.descriptor) }
  }

  /// Reads the next part of an answer. Returns whether more must follow. Otherwise the connection is closed or, if it has proven
  /// itself, moved to `found`.
  private func hear(_ connection: inout Unproven, _ handshake: Handshake) -> Bool {
    let missing = Handshake.answerLength - connection.answer.count
    switch TCPSocket.readNow(missing, from: connection.descriptor) {
    case .closed:
      close(connection.descriptor)
      return false
    case .bytes(let bytes):
      connection.answer += bytes
      if bytes.count < missing { return true }
    }
    let proven = handshake.connection(
      answeredBy: connection.answer, acceptor: rank, endpoint: connection.endpoint, challenge: connection.challenge)
    if let proven {
      // Recorded first, so that the connector is never the only one that knows. If the proof does not arrive, it makes another
      // connection.
      let link = PeerLink(descriptor: connection.descriptor)
      found.withLock {
        $0.append(Proven(rank: proven.connector, name: proven.connectorChallenge, link: link))
      }
      _ = TCPSocket.write(handshake.acceptorProof(on: proven), to: connection.descriptor)
    } else {
      close(connection.descriptor)
    }
    return false
  }

  /// Accepts new connections and sends each a challenge. Returns false if the system has no descriptor left.
  private func take(from listener: Listener, _ unproven: inout [Unproven], at now: Double) -> Bool {
    // Not all of them at once, so that answers are read in between.
    for _ in 0..<64 {
      let descriptor = TCPSocket.accept(from: listener.descriptor)
      if descriptor < 0 {
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
          guard !unproven.isEmpty else { return false }
          drop(&unproven)
          continue
        default: return true
        }
      }
      let challenge = Handshake.randomBytes(Handshake.challengeLength)
      guard TCPSocket.write(challenge, to: descriptor) else {
        close(descriptor)
        continue
      }
      if unproven.count >= limits.unproven { drop(&unproven) }
      unproven.append(
        Unproven(
          descriptor: descriptor, endpoint: listener.endpoint, challenge: challenge, deadline: now + limits.answer))
    }
    return true
  }

  private func drop(_ unproven: inout [Unproven]) {
    let index = Int.random(in: unproven.indices)
    close(unproven[index].descriptor)
    unproven.swapAt(index, unproven.count - 1)
    unproven.removeLast()
  }
}
