import Collectives
import Glibc
import Tensors

/// Detects lost ranks, and ends this rank when there is one: MPI itself would wait for them for ever.
///
/// Every rank has a TCP connection to every other, on which both have proven that they belong to the job (`PeerMesh`), and a
/// thread that sends a heartbeat over each about once a second. If a connection closes without a goodbye, its rank died. If
/// nothing arrives for the stall timeout, the rank was stopped or cut off. A slow rank keeps sending heartbeats. The lowest
/// remaining rank reports the loss, and all end with exit code 1. MPI is not involved.
public final class RankWatch: Sendable {
  /// Prints the loss. Called at most once, on the watch's thread, right before the process ends.
  public typealias Report = @Sendable (RankLoss) -> Void

  private let rank: Int
  private let links: [PeerLink?]
  private let nodes: NodeMap
  private let stallTimeout: Double
  private let report: Report
  private let stop: @Sendable () -> Void
  /// Pairs of ranks that could not connect and so do not watch each other; the same on all ranks.
  public let unwatched: [(Int, Int)]

  /// Seconds to wait after a loss for others that happened at the same time.
  private static let settling = 0.1
  /// Seconds that a rank waits for the launcher to end it, once the reason is known.
  private static let lastWait = 2.0

  private init(
    _ mesh: PeerMesh, rank: Int, nodes: NodeMap, stallTimeout: Double, report: @escaping Report,
    stop: @escaping @Sendable () -> Void
  ) {
    (links, unwatched) = (mesh.links, mesh.missing)
    (self.rank, self.nodes, self.stallTimeout) = (rank, nodes, stallTimeout)
    (self.report, self.stop) = (report, stop)
  }

  /// Starts watching. Collective.
  ///
  /// - Parameters:
  ///   - mpi: The job.
  ///   - stallTimeout: Seconds of silence after which a rank is lost.
  ///   - patience: Seconds from now for ranks to connect; pairs that have not by then do not watch each other.
  ///   - stop: Called on the watch's thread when another rank passes on a request to stop.
  ///   - report: Receives the ranks that were lost.
  public static func start(
    _ mpi: MPIEnvironment, stallTimeout: Double, patience: Double, stop: @escaping @Sendable () -> Void = {},
    report: @escaping Report
  ) throws -> RankWatch {
    let mesh = try PeerMesh(
      mpi.communicator(shards: mpi.size), nodes: mpi.nodes, own: InterfaceAddress.forMessages(),
      deadline: MonotonicClock.seconds + patience)
    let watch = RankWatch(
      mesh, rank: mpi.rank, nodes: mpi.nodes, stallTimeout: stallTimeout, report: report, stop: stop)
    if mpi.size > 1 { try SystemThread.detach { watch.run() } }
    return watch
  }

  /// Tells the others that this rank is done, so that its end is not taken for a death. It goes on watching until the process
  /// ends.
  public func sayGoodbye() { sendToAll(.goodbye) }

  /// Tells the others that this rank has printed why the job fails, so that they do not report its death.
  public func sayThatFailureIsSaid() { sendToAll(.failureIsSaid) }

  /// Passes a request to stop on to the others, while ranks work independently.
  public func passOnStop() { sendToAll(.stop) }

  /// Waits, after a failed MPI call of this rank, for the watch to find a dead rank as its cause; returns if there is none.
  public func allowTimeToFindLosses() { usleep(UInt32(5 * Self.settling * 1e6)) }

  private func sendToAll(_ message: PeerLink.Message) {
    for link in links { link?.send(message) }
  }

  private func run() {
    var now = MonotonicClock.seconds
    var record = PeerRecord(rank: rank, linked: links.map { $0 != nil }, timeout: stallTimeout, now: now)
    let peers = links.indices.filter { links[$0] != nil }
    // poll ignores descriptors below zero.
    var events = peers.map { pollfd(fd: links[$0]?.descriptor ?? -1, events: Int16(POLLIN), revents: 0) }
    var nextBeat = now
    var speaking = Double.infinity
    var ending = Double.infinity
    while true {
      let wake = min(nextBeat, speaking, ending, now + record.beatInterval)
      _ = TCPSocket.wait(for: &events, seconds: wake - now)
      let late = MonotonicClock.seconds - wake
      now = MonotonicClock.seconds
      if late > 2 * record.beatInterval { record.pardon(late) }

      for (index, peer) in peers.enumerated() where events[index].fd >= 0 && events[index].revents != 0 {
        guard let (messages, isOpen) = links[peer]?.receive() else { continue }
        record.heard(messages, from: peer, at: now)
        if messages.contains(.stop) { stop() }
        if !isOpen {
          record.closed(peer)
          events[index].fd = -1
        }
      }
      if now >= nextBeat {
        sendToAll(.heartbeat)
        nextBeat = now + record.beatInterval
      }

      if record.failureIsSaid {
        ending = min(ending, now + Self.lastWait)
        if now >= ending { end(record) }
      } else if let finding = record.finding(at: now) {
        speaking = min(speaking, now + Self.settling)
        ending = min(ending, now + Self.lastWait)
        let isMine = record.speaker(of: finding) == rank
        // The rank that should report may be lost too by now.
        if now >= (isMine ? speaking : ending) { say(finding, record) }
      }
    }
  }

  private func say(_ finding: PeerRecord.Finding, _ record: PeerRecord) -> Never {
    let cause: RankLoss.Cause =
      switch finding {
      case .dead: .died
      case .silent(_, let seconds): .silent(seconds: seconds)
      }
    report(RankLoss(ranks: finding.ranks, hosts: finding.ranks.map { nodes.hostNames[$0] }, cause: cause))
    sendToAll(.failureIsSaid)
    end(record)
  }

  /// Ends the process at once, without calling MPI, which may never return.
  private func end(_ record: PeerRecord) -> Never {
    let onThisNode = nodes.ranks(of: nodes.nodeOfRank[rank])
    if record.lowestPresent(of: onThisNode) == rank { LauncherProcess.endSoon() }
    _exit(1)
  }
}
