/// State of the other ranks, from the links to them. Has no sockets and no clock, so that tests can play every case.
struct PeerRecord {
  private enum Standing { case present, closed, departed, unlinked }

  /// A loss that this rank has noticed.
  enum Finding: Equatable {
    /// These ranks' links closed without a goodbye.
    case dead([Int])
    /// Nothing has come from these ranks for so many seconds.
    case silent([Int], seconds: Double)

    var ranks: [Int] {
      switch self {
      case .dead(let ranks), .silent(let ranks, _): ranks
      }
    }
  }

  let rank: Int
  /// Seconds of silence that make a rank lost.
  let timeout: Double
  /// Whether some rank has printed why the job ends.
  private(set) var failureIsSaid = false
  private var standings: [Standing]
  private var lastHeard: [Double]

  /// - Parameter linked: By rank, whether there is a link; the own entry does not count.
  init(rank: Int, linked: [Bool], timeout: Double, now: Double) {
    (self.rank, self.timeout) = (rank, timeout)
    standings = linked.map { $0 ? .present : .unlinked }
    standings[rank] = .present
    lastHeard = Array(repeating: now, count: linked.count)
  }

  mutating func heard(_ messages: [PeerLink.Message], from peer: Int, at now: Double) {
    guard !messages.isEmpty else { return }
    lastHeard[peer] = now
    if messages.contains(.goodbye) { standings[peer] = .departed }
    if messages.contains(.failureIsSaid) { failureIsSaid = true }
  }

  /// The link has closed; after a goodbye, or once the job is ending, that means nothing.
  mutating func closed(_ peer: Int) {
    if !failureIsSaid && standings[peer] == .present { standings[peer] = .closed }
  }

  /// For `seconds` this process itself did not run (it was stopped, or its machine slept): no silence counts that long.
  mutating func pardon(_ seconds: Double) {
    for peer in lastHeard.indices { lastHeard[peer] += seconds }
  }

  /// The ranks that are lost, if any. Death is the surer sign, so it comes first.
  func finding(at now: Double) -> Finding? {
    let dead = standings.indices.filter { standings[$0] == .closed }
    if !dead.isEmpty { return .dead(dead) }
    func silence(_ peer: Int) -> Double { now - lastHeard[peer] }
    let others = standings.indices.filter { $0 != rank && standings[$0] == .present }
    guard let longest = others.map(silence).max(), longest >= timeout else { return nil }
    // Ranks lost at the same moment were last heard a beat apart.
    let silent = others.filter { silence($0) >= timeout - 2 * beatInterval }
    return .silent(silent, seconds: timeout)
  }

  /// The lowest of `ranks`, this one among them, that is not known to be lost or gone.
  func lowestPresent(of ranks: [Int]) -> Int { ranks.first { standings[$0] == .present } ?? rank }

  /// The one rank that prints the finding: the lowest that is still there, as each of them can tell by itself.
  func speaker(of finding: Finding) -> Int {
    lowestPresent(of: standings.indices.filter { !finding.ranks.contains($0) })
  }

  /// Seconds between two beats.
  var beatInterval: Double { min(1, timeout / 6) }
}
