/// State of the other ranks, as seen over the links to them. Has no sockets and no clock, so that tests can cover every case.
struct PeerRecord {
  private enum LinkState { case present, closed, departed, unlinked }

  /// A loss that this rank has noticed.
  enum Finding: Equatable {
    /// These ranks' links closed without a goodbye.
    case dead([Int])
    /// Nothing has arrived from these ranks for this many seconds.
    case silent([Int], seconds: Double)

    var ranks: [Int] {
      switch self {
      case .dead(let ranks), .silent(let ranks, _): ranks
      }
    }
  }

  let rank: Int
  /// Seconds of silence after which a rank is lost.
  let timeout: Double
  /// Whether some rank has printed why the job ends.
  private(set) var failureIsSaid = false
  private var states: [LinkState]
  private var lastHeard: [Double]

  /// - Parameter linked: Whether there is a link to each rank; this rank's own entry is ignored.
  init(rank: Int, linked: [Bool], timeout: Double, now: Double) {
    (self.rank, self.timeout) = (rank, timeout)
    states = linked.map { $0 ? .present : .unlinked }
    states[rank] = .present
    lastHeard = Array(repeating: now, count: linked.count)
  }

  mutating func heard(_ messages: [PeerLink.Message], from peer: Int, at now: Double) {
    guard !messages.isEmpty else { return }
    lastHeard[peer] = now
    if messages.contains(.goodbye) { states[peer] = .departed }
    if messages.contains(.failureIsSaid) { failureIsSaid = true }
  }

  /// Records that a link has closed. After a goodbye, or when the job is ending, that is not a death.
  mutating func closed(_ peer: Int) {
    if !failureIsSaid && states[peer] == .present { states[peer] = .closed }
  }

  /// Records that this process itself did not run for `seconds` (it was stopped, or its machine slept). That time does not count
  /// as silence of others.
  mutating func pardon(_ seconds: Double) {
    for peer in lastHeard.indices { lastHeard[peer] += seconds }
  }

  /// The lost ranks, if any. A closed link is the surer sign, so it is reported first.
  func finding(at now: Double) -> Finding? {
    let dead = states.indices.filter { states[$0] == .closed }
    if !dead.isEmpty { return .dead(dead) }
    func silence(_ peer: Int) -> Double { now - lastHeard[peer] }
    let others = states.indices.filter { $0 != rank && states[$0] == .present }
    guard let longest = others.map(silence).max(), longest >= timeout else { return nil }
    // Ranks lost at the same moment were last heard up to one heartbeat apart.
    let silent = others.filter { silence($0) >= timeout - 2 * beatInterval }
    return .silent(silent, seconds: timeout)
  }

  /// The lowest of `ranks`, including this one, that is not known to be lost or done.
  func lowestPresent(of ranks: [Int]) -> Int { ranks.first { states[$0] == .present } ?? rank }

  /// Whether this rank prints the loss: the lowest rank that is still there does, and each rank can tell which one that is.
  func speaker(of finding: Finding) -> Int {
    lowestPresent(of: states.indices.filter { !finding.ranks.contains($0) })
  }

  /// Seconds between two heartbeats.
  var beatInterval: Double { min(1, timeout / 6) }
}
