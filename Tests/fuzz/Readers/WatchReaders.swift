import Collectives
import Glibc

@testable import MPICollectives

extension FuzzedReader {
  static var watchReaders: [FuzzedReader] { [peerRecord, handshake] }

  /// A story of five ranks' links: bytes that arrive, links that close, time that passes. Whoever is found lost is another rank,
  /// and whoever speaks of it is none of the lost.
  private static var peerRecord: FuzzedReader {
    var ends: [Int32] = [0, 0]
    precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    let (own, link) = (ends[0], PeerLink(descriptor: ends[1]))
    let size = 5
    return FuzzedReader(name: "peer-record") { bytes in
      var input = InputBytes(bytes)
      let rank = Int(input.byte()) % size
      let links = input.byte()
      var record = PeerRecord(
        rank: rank, linked: (0..<size).map { links & 1 << UInt8($0) != 0 }, timeout: 6, now: 0)
      var now = 0.0
      while !input.rest.isEmpty {
        let operation = input.byte()
        let peer = (rank + 1 + Int(operation >> 4) % (size - 1)) % size
        switch operation & 3 {
        case 0:
          let sent = input.bytes(Int(input.byte()))
          guard !sent.isEmpty else { break }
          precondition(send(own, sent.baseAddress, sent.count, Int32(MSG_DONTWAIT)) == sent.count)
          let (messages, isOpen) = link.receive()
          precondition(isOpen && messages.count <= sent.count)
          record.heard(messages, from: peer, at: now)
        case 1: record.closed(peer)
        case 2: record.pardon(Double(operation >> 2))
        default: now += Double(operation >> 2) / 4
        }
        guard let finding = record.finding(at: now) else { continue }
        precondition(!finding.ranks.isEmpty && finding.ranks.allSatisfy { (0..<size).contains($0) && $0 != rank })
        precondition(!finding.ranks.contains(record.speaker(of: finding)))
      }
    }
  }

  /// The first byte chooses: an answer as it is, which never proves anything; or a rank and a challenge, to which the right proof
  /// is added.
  private static var handshake: FuzzedReader {
    let handshake = Handshake(secret: Array(repeating: 7, count: 32), size: 4)
    let challenge = [UInt8](repeating: 9, count: Handshake.challengeLength)
    return FuzzedReader(name: "handshake") { bytes in
      let endpoint = Endpoint(address: .loopback, port: 4711)
      func connection(answeredBy answer: [UInt8]) -> Handshake.Connection? {
        handshake.connection(answeredBy: answer, acceptor: 1, endpoint: endpoint, challenge: challenge)
      }
      var input = InputBytes(bytes)
      guard input.byte() & 1 == 1 else {
        precondition(connection(answeredBy: Array(input.rest)) == nil, "an answer without the secret is taken")
        return
      }
      let connector = Int(UInt32(truncatingIfNeeded: input.word()))
      let own = Array(input.bytes(Handshake.challengeLength))
      guard own.count == Handshake.challengeLength else { return }
      let answer = handshake.answer(
        on: Handshake.Connection(
          connector: connector, acceptor: 1, endpoint: endpoint, acceptorChallenge: challenge, connectorChallenge: own))
      let proven = connection(answeredBy: answer)
      precondition((proven != nil) == (2..<4).contains(connector))
      precondition(proven == nil || proven?.connector == connector)
      _ = Endpoint(text: String(decoding: input.rest, as: UTF8.self))
    }
  }
}
