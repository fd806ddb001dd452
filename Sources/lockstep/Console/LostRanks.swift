import MPICollectives
import Training

/// Message about lost ranks, printed by the rank that noticed.
struct LostRanks: Error, CustomStringConvertible {
  let loss: RankLoss
  /// Progress of the run on this rank; nil for commands without steps.
  let status: RunStatus?

  var description: String {
    let hint = status == nil ? "" : "; resume from the last checkpoint with the same command and its --run-dir"
    switch loss.cause {
    case .died:
      return """
        \(loss.names) died\(status.map { " \($0.moment)" } ?? "")
        hint: a crash, kill -9, or no memory left (dmesg on that host tells)\(hint)
        """
    case .silent(let seconds):
      let verb = loss.ranks.count == 1 ? "has" : "have"
      let event = status.map { ", since \($0.lastEvent), while the others waited in \($0.operation)" } ?? ""
      return """
        \(loss.names) \(verb) not answered for \(Format.significant(seconds)) s\(event)
        hint: stopped (SIGSTOP), a host that hangs, or a cut link\(hint)
        """
    }
  }
}
