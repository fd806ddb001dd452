import Glibc

@testable import MPICollectives

/// A connection that somebody makes, or takes, who need not be a rank. Closed with its owner.
final class Stranger: @unchecked Sendable {
  private let descriptor: Int32
  private let endpoint: Endpoint?
  private(set) var isClosed = false
  /// Whether nobody listened.
  private(set) var isRefused = false

  init(_ endpoint: Endpoint) {
    self.endpoint = endpoint
    descriptor = TCPSocket.beginConnecting(to: endpoint)
    var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // A full queue answers later, or never.
    poll(&event, 1, 200)
    isRefused = !TCPSocket.isConnected(descriptor)
  }

  init(accepted descriptor: Int32) { (self.descriptor, endpoint) = (descriptor, nil) }

  deinit { end() }

  var isThere: Bool { descriptor >= 0 }

  func end() {
    if !isClosed && isThere { close(descriptor) }
    isClosed = true
  }

  func send(_ bytes: [UInt8]) { _ = TCPSocket.write(bytes, to: descriptor) }

  /// Up to `count` bytes, fewer if the other end closes or says nothing within the limit.
  func read(_ count: Int, limit: Double = 30) -> [UInt8] {
    let deadline = MonotonicClock.seconds + limit
    var bytes: [UInt8] = []
    while bytes.count < count && MonotonicClock.seconds < deadline {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&event, 1, 50)
      guard case .bytes(let more) = TCPSocket.readNow(count - bytes.count, from: descriptor) else {
        end()
        break
      }
      bytes += more
    }
    return bytes
  }

  /// Answers the challenge as a rank that knows the secret; returns what it sent.
  @discardableResult
  func play(as rank: Int, to acceptor: Int, _ handshake: Handshake) -> [UInt8]? {
    let challenge = read(Handshake.challengeLength)
    guard let endpoint, challenge.count == Handshake.challengeLength else { return nil }
    let answer = handshake.answer(
      on: Handshake.Connection(
        connector: rank, acceptor: acceptor, endpoint: endpoint, acceptorChallenge: challenge,
        connectorChallenge: Handshake.randomBytes(Handshake.challengeLength)))
    send(answer)
    return answer
  }
}
