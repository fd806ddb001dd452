import Foundation
import Tensors

/// Time limit for the start of a job: until ranks watch each other, nothing else would end a wait of MPI's.
final class StartDeadline: @unchecked Sendable {
  private let met = DispatchSemaphore(value: 0)
  private let end: DispatchTime

  /// - Parameters:
  ///   - seconds: From now.
  ///   - missed: Called on another thread if `meet` has not been called in time.
  init(seconds: Double, missed: @escaping @Sendable () -> Void) throws(SystemThread.Refusal) {
    end = .now() + seconds
    try SystemThread.detach { [met, end] in
      if met.wait(timeout: end) == .timedOut { missed() }
    }
  }

  /// Remaining seconds.
  var remaining: Double { max(0, Double(end.uptimeNanoseconds) - Double(DispatchTime.now().uptimeNanoseconds)) * 1e-9 }

  /// Says that the start is complete. Call it once.
  func meet() { met.signal() }
}

extension StartDeadline {
  /// For the ranks of a job. The first rank that waits too long reports it and ends the job; later ranks do so only if it could not.
  ///
  /// - Parameters:
  ///   - seconds: Time for all ranks to connect.
  ///   - rank: As the launcher counts; nil if it does not say.
  static func forRanks(seconds: Double, rank: Int?) throws(SystemThread.Refusal) -> StartDeadline {
    try StartDeadline(seconds: seconds + patience * Double(min(rank ?? 0, 2))) {
      CommandRunner.report(RanksMissing(seconds: seconds), prefix: rank.map { "rank \($0): " } ?? "")
      // Without calling MPI, which may never return.
      _exit(1)
    }
  }

  /// Seconds for a launcher to end the other ranks once one has ended.
  private static let patience = 4.0
}

/// Not all ranks have connected in time.
private struct RanksMissing: Error, CustomStringConvertible {
  let seconds: Double

  var description: String {
    """
    the ranks of this job have not come together within \(Format.significant(seconds)) s of the start
    hint: one of them is stopped (SIGSTOP), hangs, ended early or runs another command, or the nodes cannot reach each \
    other; a larger --stall-timeout gives them more time
    """
  }
}
