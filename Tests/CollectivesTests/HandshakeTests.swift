import Testing

@testable import MPICollectives

/// By which ranks of a job know each other, and nobody else.
@Suite struct HandshakeTests {
  private let handshake = Handshake(secret: Handshake.randomBytes(32), size: 4)
  private let endpoint = Endpoint(address: .loopback, port: 4711)
  private let challenge = Handshake.randomBytes(Handshake.challengeLength)

  private func connection(connector: Int = 2, acceptor: Int = 1) -> Handshake.Connection {
    Handshake.Connection(
      connector: connector, acceptor: acceptor, endpoint: endpoint, acceptorChallenge: challenge,
      connectorChallenge: Handshake.randomBytes(Handshake.challengeLength))
  }

  private func accepts(
    _ answer: [UInt8], as acceptor: Int = 1, _ other: Handshake? = nil, challenge: [UInt8]? = nil,
    endpoint: Endpoint? = nil
  ) -> Bool {
    let known = (other ?? handshake).connection(
      answeredBy: answer, acceptor: acceptor, endpoint: endpoint ?? self.endpoint,
      challenge: challenge ?? self.challenge)
    return known != nil
  }

  @Test func bothEndsKnowEachOther() throws {
    let connection = connection()
    let answer = handshake.answer(on: connection)
    let known = try #require(
      handshake.connection(answeredBy: answer, acceptor: 1, endpoint: endpoint, challenge: challenge))
    #expect(known.connector == 2)
    #expect(known.connectorChallenge == connection.connectorChallenge)
    #expect(handshake.isAcceptor(provenBy: handshake.acceptorProof(on: known), on: connection))
  }

  @Test func anAnswerServesNoOtherConnection() {
    let answer = handshake.answer(on: connection())
    #expect(accepts(answer))
    #expect(!accepts(answer, challenge: Handshake.randomBytes(Handshake.challengeLength)), "another challenge")
    #expect(!accepts(answer, as: 0), "another acceptor")
    #expect(!accepts(answer, endpoint: Endpoint(address: .loopback, port: 4712)), "another port")
    let elsewhere = InterfaceAddress(address: 0x0A00_0001, mask: 0xFF00_0000)
    #expect(!accepts(answer, endpoint: Endpoint(address: elsewhere, port: 4711)), "another address")
    #expect(!accepts(answer, Handshake(secret: Handshake.randomBytes(32), size: 4)), "another secret")
    for index in answer.indices {
      var damaged = answer
      damaged[index] ^= 1
      #expect(!accepts(damaged), "byte \(index)")
    }
    #expect(!accepts(answer.dropLast()) && !accepts(answer + [0]) && !accepts([]))
  }

  /// The proof of one end is none for the other, whatever it is a proof of.
  @Test func whatOneEndProvesCannotBeSentBack() {
    let connection = connection()
    let answer = handshake.answer(on: connection)
    #expect(!handshake.isAcceptor(provenBy: Array(answer.suffix(32)), on: connection))
    #expect(!accepts(answer.dropLast(32) + handshake.acceptorProof(on: connection)))
  }

  @Test func onlyHigherRanksOfTheJobConnect() {
    for (connector, isRight) in [(0, false), (1, false), (2, true), (3, true), (4, false), (-1, false)] {
      #expect(accepts(handshake.answer(on: self.connection(connector: connector))) == isRight, "rank \(connector)")
    }
  }
}
