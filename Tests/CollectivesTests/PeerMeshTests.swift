import Collectives
import Glibc
import Synchronization
import Tensors
import Testing

@testable import MPICollectives

/// Ranks that link with each other, as threads of this process, among strangers and after delays.
@Suite(.timeLimit(.minutes(15))) struct PeerMeshTests {
  private typealias Hooks = PeerMesh.Hooks

  private func meshes(
    ranks: Int, patience: Double = 60, _ hooks: @escaping @Sendable (Int) -> PeerMesh.Hooks = { _ in Hooks() }
  ) throws -> [PeerMesh] {
    let nodes = NodeMap(leaders: Array(repeating: 0, count: ranks), hostNames: Array(repeating: "here", count: ranks))
    return try ThreadGroup.run(layout: ShardLayout(shards: ranks, workers: ranks)) { communicator in
      try PeerMesh(
        communicator, nodes: nodes, own: [], deadline: MonotonicClock.seconds + patience,
        hooks: hooks(communicator.worker))
    }
  }

  /// Messages of the link within a generous time: at least one, or the end.
  private func receive(_ link: PeerLink) -> (messages: [PeerLink.Message], isOpen: Bool) {
    var event = pollfd(fd: link.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&event, 1, 30_000)
    return link.receive()
  }

  /// Every pair has exactly one link, which is open, and carries what one end sends to the other.
  private func expectLinked(
    _ meshes: [PeerMesh], but missing: [(Int, Int)] = [], line: SourceLocation = #_sourceLocation
  ) {
    for (rank, mesh) in meshes.enumerated() {
      #expect(mesh.missing.map { [$0.0, $0.1] } == missing.map { [$0.0, $0.1] }, "rank \(rank)", sourceLocation: line)
      for other in meshes.indices where other != rank {
        let isMissing = missing.contains { $0 == (max(rank, other), min(rank, other)) }
        #expect((mesh.links[other] == nil) == isMissing, "\(rank) with \(other)", sourceLocation: line)
        guard let link = mesh.links[other], let back = meshes[other].links[rank] else { continue }
        #expect(link.receive().isOpen, "\(rank) from \(other)", sourceLocation: line)
        back.send(.stop)
        let (messages, isOpen) = receive(link)
        #expect(messages == [.stop] && isOpen, "\(rank) from \(other)", sourceLocation: line)
      }
    }
    for mesh in meshes { for case let link? in mesh.links { close(link.descriptor) } }
  }

  @Test(arguments: [1, 2, 3, 7])
  func everyPairIsLinked(ranks: Int) throws {
    expectLinked(try meshes(ranks: ranks))
  }

  @Test func ranksOfOneNodeListenOnTheLoopbackInterfaceAlone() throws {
    let endpoints = Mutex<[Endpoint]>([])
    let linked = try meshes(ranks: 3) { _ in Hooks(listening: { all in endpoints.withLock { $0 += all } }) }
    expectLinked(linked)
    let all = endpoints.withLock { $0 }
    #expect(all.map(\.address) == [.loopback, .loopback], "the last rank is called by nobody")
    for endpoint in all {
      let late = Stranger(endpoint)
      #expect(late.isRefused, "a listener is still there")
    }
  }

  /// They come before the first rank does, and stay.
  @Test(arguments: [(50, 256), (50, 4), (400, 256)])
  func silentStrangersKeepNobodyWaiting(strangers: Int, limit: Int) throws {
    let crowd = Mutex<[Stranger]>([])
    let linked = try meshes(ranks: 3) { _ in
      Hooks(
        // They would have to be waited for, were they heard one after the other.
        acceptor: PeerAcceptor.Limits(answer: 300, unproven: limit),
        listening: { endpoints in
          for endpoint in endpoints {
            let new = (0..<strangers).map { _ in Stranger(endpoint) }
            crowd.withLock { $0 += new }
          }
        })
    }
    expectLinked(linked)
    #expect(crowd.withLock { $0.count } == 2 * strangers)
  }

  @Test func strangersWhoTalkAreNotBelieved() throws {
    let crowd = Mutex<[Stranger]>([])
    let linked = try meshes(ranks: 3) { _ in
      Hooks(listening: { endpoints in
        for endpoint in endpoints {
          for length in [1, 67, 68, 69, 10_000] {
            let stranger = Stranger(endpoint)
            stranger.send(Handshake.randomBytes(length))
            crowd.withLock { $0.append(stranger) }
          }
          Stranger(endpoint).end()
          let rankOne: [UInt8] = [1, 0, 0, 0]
          let stranger = Stranger(endpoint)
          stranger.send(rankOne + Handshake.randomBytes(64))
          crowd.withLock { $0.append(stranger) }
        }
      })
    }
    expectLinked(linked)
  }

  /// Connections without end, from several threads, while ranks connect.
  @Test func aFloodDoesNotKeepRanksApart() throws {
    let isOver = Atomic(false)
    let made = Atomic(0)
    let endpoints = Mutex<[Endpoint]>([])
    let threads = try (0..<3).map { _ in
      try SystemThread {
        var kept: [Stranger] = []
        while !isOver.load(ordering: .relaxed) {
          for endpoint in endpoints.withLock({ $0 }) {
            kept.append(Stranger(endpoint))
            made.add(1, ordering: .relaxed)
          }
          if kept.count >= 50 { kept.removeFirst(25) }
        }
      }
    }
    let linked = try meshes(ranks: 3) { _ in
      Hooks(
        acceptor: PeerAcceptor.Limits(unproven: 32),
        listening: { new in
          endpoints.withLock { $0 += new }
          // By the time that ranks come, strangers fill the queue.
          while !new.isEmpty && made.load(ordering: .relaxed) < 100 { usleep(1000) }
        })
    }
    isOver.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
    expectLinked(linked)
  }

  /// The kernel takes connections for a rank that does not run; the rank at the other end goes on trying, or waiting.
  @Test(arguments: [0.3, 10])
  func aLateAcceptKeepsRanksTogether(attempt: Double) throws {
    let linked = try meshes(ranks: 3) { rank in
      Hooks(
        acceptor: PeerAcceptor.Limits(delay: rank == 0 ? 3 : 0),
        connector: PeerConnector.Limits(attempt: attempt, retry: 0.01...0.02))
    }
    expectLinked(linked)
  }

  /// A rank has proven itself on connections, before its link and after it, but not waited for the acceptor's answer: these
  /// are neither its link nor its death.
  @Test func aConnectionThatItsRankHasGivenUpIsNoLink() throws {
    let secret = Mutex<[UInt8]>([])
    let threads = Mutex<[SystemThread]>([])
    let linked = try meshes(ranks: 3) { rank in
      Hooks(
        // Rank 2 has to wait for it, and rank 0 listens meanwhile.
        acceptor: PeerAcceptor.Limits(delay: rank == 1 ? 1 : 0),
        listening: { endpoints in
          guard rank == 0, let endpoint = endpoints.first else { return }
          for (delay, isClosed) in [(UInt32(0), true), (0, false), (300_000, true), (300_000, false)] {
            threads.withLock {
              guard
                let thread = try? SystemThread({
                  let stale = Stranger(endpoint)
                  usleep(delay)
                  stale.play(as: 1, to: 0, Handshake(secret: secret.withLock { $0 }, size: 3))
                  if !isClosed { _ = stale.read(1, limit: 2) }
                })
              else { return }
              $0.append(thread)
            }
          }
        },
        secret: { drawn in
          secret.withLock { $0 = drawn }
          return drawn
        })
    }
    threads.withLock { for thread in $0 { thread.join() } }
    expectLinked(linked)
  }

  @Test func aRankWithAnotherSecretIsLeftOut() throws {
    let linked = try meshes(ranks: 3, patience: 1.5) { rank in
      Hooks(secret: { rank == 1 ? Array($0.reversed()) : $0 })
    }
    expectLinked(linked, but: [(1, 0), (2, 1)])
  }

  @Test func whoReceivesNoSecretSharesNone() throws {
    let secrets = Mutex<[[UInt8]]>([])
    for _ in 0..<2 {
      expectLinked(
        try meshes(ranks: 2) { _ in
          Hooks(secret: { secret in
            secrets.withLock { $0.append(secret) }
            return secret
          })
        })
    }
    let all = secrets.withLock { $0 }
    #expect(all.allSatisfy { $0.count == 32 } && all[0] == all[1] && all[2] == all[3] && all[0] != all[2])
  }

  @Test func linksThatCloseAreSeenByTheirOtherEndAlone() throws {
    let linked = try meshes(ranks: 4)
    for case let link? in linked[3].links { close(link.descriptor) }
    for rank in 0..<3 {
      let ends = try (0..<4).filter { $0 != rank }.map { other in
        let link = try #require(linked[rank].links[other])
        return other == 3 ? receive(link).isOpen : link.receive().isOpen
      }
      #expect(ends == [true, true, false])
    }
    for case let link? in linked[0..<3].flatMap(\.links) { close(link.descriptor) }
  }
}

/// One listening rank alone, and what can be sent to it; and one connecting rank alone.
@Suite(.timeLimit(.minutes(15))) struct PeerHandshakeOnSocketsTests {
  private let handshake = Handshake(secret: Handshake.randomBytes(32), size: 2)

  /// Rank 0 of 2, while `body` runs.
  private func withAcceptor(_ limits: PeerAcceptor.Limits = .init(), _ body: (Endpoint) throws -> Void) throws
    -> [PeerAcceptor.Proven]
  {
    let acceptor = PeerAcceptor(at: [.loopback], rank: 0, size: 2, limits: limits)
    let thread = try SystemThread { [handshake] in acceptor.run(handshake) }
    defer {
      acceptor.end()
      thread.join()
    }
    try body(try #require(acceptor.endpoints.first))
    return acceptor.takeProven()
  }

  @Test func whatWasSentOnAnEarlierConnectionProvesNothing() throws {
    let proven = try withAcceptor { endpoint in
      let first = Stranger(endpoint)
      let answer = try #require(first.play(as: 1, to: 0, handshake))
      #expect(first.read(32).count == 32, "the first is answered")
      let second = Stranger(endpoint)
      #expect(second.read(32).count == 32)
      second.send(answer)
      #expect(second.read(1).isEmpty && second.isClosed)
    }
    #expect(proven.count == 1 && proven[0].rank == 1)
    for connection in proven { close(connection.link.descriptor) }
  }

  @Test func whoIsSilentIsLeftAfterAWhile() throws {
    let proven = try withAcceptor(PeerAcceptor.Limits(answer: 0.2)) { endpoint in
      let stranger = Stranger(endpoint)
      #expect(stranger.read(32).count == 32)
      #expect(stranger.read(1).isEmpty && stranger.isClosed)
    }
    #expect(proven.isEmpty)
  }

  /// A false rank 0: sends back what it gets, or garbage, or nothing.
  @Test(arguments: ["reflection", "garbage", "silence"])
  func whoCannotProveThatItIsTheRankIsNotTakenForIt(answer: String) throws {
    let (listener, port) = try #require(TCPSocket.listen(at: .loopback, backlog: 16))
    let asked = Atomic(0)
    let isOver = Atomic(false)
    let thread = try SystemThread {
      var kept: [Stranger] = []
      while !isOver.load(ordering: .relaxed) {
        let stranger = Stranger(accepted: TCPSocket.accept(from: listener))
        guard stranger.isThere else {
          usleep(1000)
          continue
        }
        kept.append(stranger)
        if answer == "silence" { continue }
        stranger.send(Handshake.randomBytes(32))
        let got = stranger.read(Handshake.answerLength, limit: 1)
        if got.count == Handshake.answerLength { asked.add(1, ordering: .relaxed) }
        stranger.send(answer == "reflection" ? Array(got.suffix(32)) : Handshake.randomBytes(32))
      }
    }
    let connector = PeerConnector(rank: 1, handshake: handshake, limits: PeerConnector.Limits(attempt: 0.2))
    let found = connector.connect(
      to: [[Endpoint(address: .loopback, port: port)]], until: MonotonicClock.seconds + 1)
    isOver.store(true, ordering: .relaxed)
    thread.join()
    close(listener)
    #expect(found.count == 1 && found[0] == nil)
    #expect(answer == "silence" || asked.load(ordering: .relaxed) > 0)
  }

  /// The address that answers is due last, while the others are tried again and again.
  @Test func thereAreNeverMoreAttemptsThanMayBe() throws {
    let (listener, silent) = try #require(TCPSocket.listen(at: .loopback, backlog: 64))
    defer { close(listener) }
    let nobody = [Endpoint(address: .loopback, port: silent)]
    let many = PeerConnector(rank: 20, handshake: handshake, limits: PeerConnector.Limits(attempts: 3))
    _ = many.connect(to: Array(repeating: nobody, count: 20), until: MonotonicClock.seconds + 0.3)
    var made: [Stranger] = []
    while case let stranger = Stranger(accepted: TCPSocket.accept(from: listener)), stranger.isThere {
      made.append(stranger)
    }
    #expect(made.count == 3)

    var found: [PeerConnector.Proven?] = []
    let proven = try withAcceptor { endpoint in
      let few = PeerConnector(
        rank: 1, handshake: handshake, limits: PeerConnector.Limits(attempt: 0.2, attempts: 2))
      found = few.connect(
        to: [nobody + nobody + [endpoint]] + Array(repeating: nobody, count: 5), until: MonotonicClock.seconds + 3)
    }
    #expect(found.first.map { $0 != nil } == true && proven.count == 1)
    for connection in proven { close(connection.link.descriptor) }
    for case let connection? in found { close(connection.link.descriptor) }
  }

  /// One address refuses, one belongs to somebody else who says nothing, the last one is right.
  @Test func allAddressesOfARankAreTried() throws {
    let (closed, refusing) = try #require(TCPSocket.listen(at: .loopback, backlog: 1))
    close(closed)
    let (listener, silent) = try #require(TCPSocket.listen(at: .loopback, backlog: 16))
    defer { close(listener) }
    var found: [PeerConnector.Proven?] = []
    let proven = try withAcceptor { endpoint in
      let connector = PeerConnector(rank: 1, handshake: handshake, limits: PeerConnector.Limits())
      let others = [refusing, silent].map { Endpoint(address: .loopback, port: $0) }
      found = connector.connect(to: [others + [endpoint]], until: MonotonicClock.seconds + 60)
    }
    #expect(proven.map(\.name) == found.map { $0?.name })
    for connection in proven { close(connection.link.descriptor) }
    for case let connection? in found { close(connection.link.descriptor) }
  }
}
