import Glibc
import Hashing

/// Mutual authentication of two ranks of one job, on a connection that anybody could have made.
///
/// The job's ranks share a secret. The called rank (the acceptor) sends a fresh challenge. The calling rank (the connector)
/// answers with its number, its own challenge, and a keyed digest (HMAC) of both challenges, both ranks, and the address that it
/// called. The acceptor answers with a keyed digest of the same under another role. So no answer can be used on another
/// connection, at another address, or in the other direction.
struct Handshake: Sendable {
  static let challengeLength = 32
  /// Length of a connector's answer: its rank, its challenge and its proof.
  static let answerLength = 4 + challengeLength + KeyedDigest.length

  private let secret: [UInt8]
  /// Number of ranks.
  let size: Int

  /// - Parameter secret: The same on all ranks of a job, and known to them only.
  init(secret: [UInt8], size: Int) { (self.secret, self.size) = (secret, size) }

  /// A connection as both of its ends describe it.
  struct Connection {
    let connector: Int
    let acceptor: Int
    /// The acceptor's address that was called.
    let endpoint: Endpoint
    let acceptorChallenge: [UInt8]
    let connectorChallenge: [UInt8]
  }

  private enum Role: UInt8 {
    case connector = 1
    case acceptor = 2
  }

  /// The connector's answer to the challenge.
  func answer(on connection: Connection) -> [UInt8] {
    Self.bytes(connection.connector) + connection.connectorChallenge + proof(of: .connector, connection)
  }

  /// The connection that an answer to `challenge` proves; nil if it proves none.
  func connection(
    answeredBy answer: [UInt8], acceptor: Int, endpoint: Endpoint, challenge: [UInt8]
  ) -> Connection? {
    guard answer.count == Self.answerLength else { return nil }
    let rank = answer.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let connection = Connection(
      connector: rank, acceptor: acceptor, endpoint: endpoint, acceptorChallenge: challenge,
      connectorChallenge: Array(answer.dropFirst(4).prefix(Self.challengeLength)))
    let isProven = KeyedDigest.areEqual(
      Array(answer.suffix(KeyedDigest.length)), proof(of: .connector, connection))
    // Only higher ranks connect to lower ones.
    return isProven && rank > acceptor && rank < size ? connection : nil
  }

  /// The acceptor's proof for the connector.
  func acceptorProof(on connection: Connection) -> [UInt8] { proof(of: .acceptor, connection) }

  func isAcceptor(provenBy bytes: [UInt8], on connection: Connection) -> Bool {
    KeyedDigest.areEqual(bytes, proof(of: .acceptor, connection))
  }

  private func proof(of role: Role, _ connection: Connection) -> [UInt8] {
    var message = Array("lockstep rank watch".utf8)
    message.append(role.rawValue)
    for number in [connection.connector, connection.acceptor, size] { message += Self.bytes(number) }
    message += Self.bytes(Int(connection.endpoint.address.address)) + Self.bytes(Int(connection.endpoint.port))
    message += connection.acceptorChallenge + connection.connectorChallenge
    return KeyedDigest.digest(of: message, key: secret)
  }

  private static func bytes(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).littleEndian) { Array($0) }
  }

  /// Unpredictable random bytes from the system (getrandom).
  static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
