/// Ranks that a job has lost, and how that was noticed.
public struct RankLoss: Sendable, Equatable {
  public enum Cause: Sendable, Equatable {
    /// Their processes ended without a word: killed, crashed, or out of memory.
    case died
    /// Nothing has come from them for so many seconds.
    case silent(seconds: Double)
  }

  public let ranks: [Int]
  /// Host of each of these ranks.
  public let hosts: [String]
  public let cause: Cause

  public init(ranks: [Int], hosts: [String], cause: Cause) {
    precondition(ranks.count == hosts.count, "\(ranks.count) ranks on \(hosts.count) hosts")
    (self.ranks, self.hosts, self.cause) = (ranks, hosts, cause)
  }

  /// `rank 3 (node2)`, `rank 2 (node2), rank 3 (node2)`.
  public var names: String { zip(ranks, hosts).map { "rank \($0) (\($1))" }.joined(separator: ", ") }
}
