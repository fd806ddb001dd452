import Collectives
import Glibc
import Synchronization

/// Links every pair of ranks. Rank r connects to all lower ranks and is connected to by all higher ones: with n ranks,
/// n−1 descriptors a rank.
struct PeerMesh {
  /// By rank; nil for this rank itself, and where no connection came about.
  let links: [PeerLink?]
  /// Pairs of ranks (higher, lower) that could not be linked, the same on all ranks.
  let missing: [(Int, Int)]

  /// How a rank is reached: a port on some of its addresses, and a word by which two ranks of one job know each other.
  private struct Card {
    let port: UInt16
    let token: [UInt8]
    let addresses: [InterfaceAddress]

    static let tokenLength = 16

    var bytes: [UInt8] { token + Array(([String(port)] + addresses.map(\.text)).joined(separator: " ").utf8) }

    init(port: UInt16) {
      let token = (0..<Card.tokenLength).map { _ in UInt8.random(in: .min ... .max) }
      (self.port, self.token, addresses) = (port, token, InterfaceAddress.ofThisMachine())
    }

    init(bytes: [UInt8]) {
      let words = String(decoding: bytes.dropFirst(Card.tokenLength), as: UTF8.self).split(separator: " ")
      token = Array(bytes.prefix(Card.tokenLength))
      port = words.first.flatMap { UInt16($0) } ?? 0
      addresses = words.dropFirst().compactMap { InterfaceAddress(text: $0) }
    }
  }

  private static let patience: Int32 = 1000

  /// Collective.
  init(_ communicator: MPICommunicator, nodes: NodeMap) throws {
    let (rank, size) = (communicator.worker, communicator.size)
    let listener = TCPSocket.listen(backlog: size)
    let own = Card(port: listener?.port ?? 0)
    let cards = try communicator.allGather(own.bytes).map { Card(bytes: $0) }

    let acceptor = listener.map { Acceptor(listener: $0.descriptor, token: own.token, tokens: cards.map(\.token)) }
    let thread = acceptor.flatMap { acceptor in try? WorkerThread { acceptor.run() } }
    var links = [PeerLink?](repeating: nil, count: size)
    for lower in 0..<rank {
      let candidates = InterfaceAddress.candidates(
        for: cards[lower].addresses, own: own.addresses, onSameNode: nodes.nodeOfRank[lower] == nodes.nodeOfRank[rank])
      links[lower] = Self.connect(to: cards[lower], at: candidates, as: rank, token: own.token)
    }
    // Whoever was connected has been answered, so once all have tried, nobody else comes.
    let failures = (0..<rank).filter { links[$0] == nil }
    let reports = try communicator.allGather(Array(failures.map { "\($0)" }.joined(separator: " ").utf8))
    if let listener {
      shutdown(listener.descriptor, Int32(SHUT_RD))
      thread?.join()
      close(listener.descriptor)
    }
    for (higher, link) in acceptor?.accepted ?? [] { links[higher] = link }
    self.links = links
    missing = reports.enumerated().flatMap { higher, report in
      String(decoding: report, as: UTF8.self).split(separator: " ").compactMap { Int($0) }.map { (higher, $0) }
    }
  }

  /// The first address where the right rank answers.
  private static func connect(
    to card: Card, at candidates: [InterfaceAddress], as rank: Int, token: [UInt8]
  ) -> PeerLink? {
    guard card.port != 0 else { return nil }
    for address in candidates {
      guard let descriptor = TCPSocket.connect(to: address, port: card.port, milliseconds: patience) else { continue }
      let number = withUnsafeBytes(of: UInt32(rank).littleEndian) { Array($0) }
      if TCPSocket.write(card.token + number, to: descriptor),
        TCPSocket.read(token.count, from: descriptor, milliseconds: patience) == token
      {
        return PeerLink(descriptor: descriptor)
      }
      close(descriptor)
    }
    return nil
  }

  /// Takes connections until the listener is shut down.
  private final class Acceptor: Sendable {
    private let listener: Int32
    private let token: [UInt8]
    private let tokens: [[UInt8]]
    private let links = Mutex<[(rank: Int, link: PeerLink)]>([])

    init(listener: Int32, token: [UInt8], tokens: [[UInt8]]) {
      (self.listener, self.token, self.tokens) = (listener, token, tokens)
    }

    var accepted: [(Int, PeerLink)] { links.withLock { $0 } }

    func run() {
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 && errno == EINTR { continue }
        guard descriptor >= 0 else { return }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard let rank = answer(descriptor) else {
          close(descriptor)
          continue
        }
        links.withLock { $0.append((rank, PeerLink(descriptor: descriptor))) }
      }
    }

    /// The rank at the other end, if it knows this rank's token; it gets its own in return.
    private func answer(_ descriptor: Int32) -> Int? {
      guard let hello = TCPSocket.read(token.count + 4, from: descriptor, milliseconds: PeerMesh.patience),
        Array(hello.prefix(token.count)) == token
      else { return nil }
      let rank = hello.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      guard tokens.indices.contains(rank), TCPSocket.write(tokens[rank], to: descriptor) else { return nil }
      return rank
    }
  }
}
