import Foundation
import Tensors

/// Ends a wait that nothing else watches: ranks come together before they watch each other, and MPI waits for ever.
final class StartDeadline: @unchecked Sendable {
  private let met = DispatchSemaphore(value: 0)
  private let end: DispatchTime

  /// - Parameters:
  ///   - seconds: From now.
  ///   - missed: Called on another thread unless `meet` was called by then.
  init(seconds: Double, missed: @escaping @Sendable () -> Void) throws(SystemThread.Refusal) {
    end = .now() + seconds
    try SystemThread.detach { [met, end] in
      if met.wait(timeout: end) == .timedOut { missed() }
    }
  }

  /// Seconds that are left.
  var remaining: Double { max(0, Double(end.uptimeNanoseconds) - Double(DispatchTime.now().uptimeNanoseconds)) * 1e-9 }

  /// Call it once.
  func meet() { met.signal() }
}

extension StartDeadline {
  /// For the ranks of a job. The first one that waits says it and ends the job; the others follow where it cannot.
  ///
  /// - Parameters:
  ///   - seconds: To come together, for all of them.
  ///   - rank: By the launcher's count; nil if it does not say.
  static func forRanks(seconds: Double, rank: Int?) throws(SystemThread.Refusal) -> StartDeadline {
    try StartDeadline(seconds: seconds + patience * Double(min(rank ?? 0, 2))) {
      CommandRunner.report(RanksMissing(seconds: seconds), prefix: rank.map { "rank \($0): " } ?? "")
      // Without a word to MPI, which may never return.
      _exit(1)
    }
  }

  /// Seconds that a launcher has to end the others once one rank has ended.
  private static let patience = 4.0
}

/// Not all ranks have come together.
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
