/// Ranks that a job has lost, and the sign of it.
public struct RankLoss: Sendable, Equatable {
  public enum Cause: Sendable, Equatable {
    /// Their processes ended without a goodbye: killed, crashed, or out of memory.
    case died
    /// Nothing has arrived from them for this many seconds.
    case silent(seconds: Double)
  }

  public let ranks: [Int]
  /// Host of each rank.
  public let hosts: [String]
  public let cause: Cause

  public init(ranks: [Int], hosts: [String], cause: Cause) {
    precondition(ranks.count == hosts.count, "\(ranks.count) ranks on \(hosts.count) hosts")
    (self.ranks, self.hosts, self.cause) = (ranks, hosts, cause)
  }

  /// `rank 3 (node2)`, `rank 2 (node2), rank 3 (node2)`.
  public var names: String { zip(ranks, hosts).map { "rank \($0) (\($1))" }.joined(separator: ", ") }
}
