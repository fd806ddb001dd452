import Collectives
import Glibc
import Tensors

/// Links every pair of ranks. Rank r connects to all lower ranks and accepts connections of all higher ones: with n ranks,
/// each rank has n−1 descriptors.
///
/// Rank 0 draws a new secret for each job and sends it to the others over MPI only. Ranks listen at the addresses that other
/// ranks call (on one node, the loopback interface only), and only until all are connected. A link requires the agreement of both
/// ends: each connection has a name, and the connector reports over MPI which ones it kept. So a connection that it gave up,
/// because it was not accepted for long, is neither a link nor the end of one.
struct PeerMesh {
  /// Link to each rank; nil for this rank itself and for ranks that could not be reached.
  let links: [PeerLink?]
  /// Pairs of ranks (higher, lower) that could not be linked, the same on all ranks.
  let missing: [(Int, Int)]

  /// Hooks for tests.
  struct Hooks {
    var acceptor = PeerAcceptor.Limits()
    var connector = PeerConnector.Limits()
    /// Called with this rank's endpoints, before others know of them.
    var listening: @Sendable ([Endpoint]) -> Void = { _ in }
    /// Replaces the secret on this rank.
    var secret: @Sendable ([UInt8]) -> [UInt8] = { $0 }
  }

  /// Collective.
  ///
  /// - Parameters:
  ///   - own: Addresses at which ranks of other nodes can reach this one.
  ///   - deadline: Time of the monotonic clock; pairs that are not connected by then are missing.
  init(
    _ communicator: any Communicator, nodes: NodeMap, own: [InterfaceAddress], deadline: Double, hooks: Hooks = Hooks()
  ) throws {
    let (rank, size) = (communicator.worker, communicator.size)
    let handshake = Handshake(secret: hooks.secret(try Self.sharedSecret(communicator)), size: size)

    let addresses = try communicator.allGather(Self.encode(own.map(\.text))).map { bytes in
      Self.decode(bytes).compactMap { InterfaceAddress(text: $0) }
    }
    /// Addresses at which `caller` calls `callee`, most likely first.
    func candidates(for callee: Int, caller: Int) -> [InterfaceAddress] {
      InterfaceAddress.candidates(
        for: addresses[callee], own: addresses[caller],
        onSameNode: nodes.nodeOfRank[callee] == nodes.nodeOfRank[caller])
    }
    let callers = (rank..<size).dropFirst()
    let called = callers.flatMap { candidates(for: rank, caller: $0) }
    let acceptor = PeerAcceptor(
      at: ([.loopback] + own).filter { called.contains($0) }, rank: rank, size: size, limits: hooks.acceptor)
    hooks.listening(acceptor.endpoints)
    let thread = try? SystemThread { acceptor.run(handshake) }

    let listening = thread == nil ? [] : acceptor.endpoints
    let endpoints = try communicator.allGather(Self.encode(listening.map(\.text))).map { bytes in
      Self.decode(bytes).compactMap { Endpoint(text: $0) }
    }
    let connector = PeerConnector(rank: rank, handshake: handshake, limits: hooks.connector)
    let connected = connector.connect(
      to: (0..<rank).map { lower in
        candidates(for: lower, caller: rank).flatMap { address in endpoints[lower].filter { $0.address == address } }
      }, until: deadline)

    // A rank that has been answered has a link. After all have reported, no rank connects any more.
    let report = connected.map { $0?.name ?? Self.noName }.flatMap { $0 }
    let names = try communicator.allGather(report)
    acceptor.end()
    if let thread { thread.join() } else { acceptor.run(handshake) }
    var links = connected.map { $0?.link } + Array(repeating: nil, count: size - rank)
    for proven in acceptor.takeProven() {
      let name = Self.name(at: rank, in: names[proven.rank])
      if name == proven.name { links[proven.rank] = proven.link } else { close(proven.link.descriptor) }
    }

    let absent = callers.filter { links[$0] == nil }
    let reports = try communicator.allGather(Self.encode(absent.map { "\($0)" }))
    missing = reports.enumerated().flatMap { lower, report in
      Self.decode(report).compactMap { Int($0) }.map { ($0, lower) }
    }
    // A connection that only one end knows is not a link.
    for (higher, lower) in missing where higher == rank {
      if let link = links[lower] { close(link.descriptor) }
      links[lower] = nil
    }
    self.links = links
  }

  /// Broadcasts 32 random bytes that rank 0 draws.
  private static func sharedSecret(_ communicator: any Communicator) throws -> [UInt8] {
    var secret = Handshake.randomBytes(32)
    try secret.withUnsafeMutableBytes { try communicator.broadcast($0, from: 0) }
    return secret
  }

  /// Stands for the name of a missing connection; no drawn name is equal to it.
  private static let noName = [UInt8](repeating: 0, count: Handshake.challengeLength)

  /// The name of the connection to rank `lower`, in a report of a higher rank.
  private static func name(at lower: Int, in report: [UInt8]) -> [UInt8] {
    Array(report.dropFirst(lower * Handshake.challengeLength).prefix(Handshake.challengeLength))
  }

  private static func encode(_ words: [String]) -> [UInt8] { Array(words.joined(separator: " ").utf8) }

  private static func decode(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: " ")
  }
}
