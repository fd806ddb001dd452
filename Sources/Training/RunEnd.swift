import Foundation
import JSON

/// Contents of `end.json`: how a run ended, and the checkpoint to resume from. The file is absent during a run, and after one
/// that was killed.
struct RunEnd: Equatable {
  enum End: String {
    /// Complete: all steps were done.
    case done
    /// Stopped on request, after a checkpoint if anything was trained.
    case stopped
    case failed
  }

  var end: End
  /// Origin of a stop.
  var reason: StopRequest.Reason?
  /// The signal that requested it: `SIGTERM`; nil if rank 0 received none.
  var signal: String?
  /// Exit code of the program itself; its launcher may return another.
  var exitCode: Int32
  var error: String?
  var step: Int
  var totalSteps: Int
  /// Path of the newest checkpoint, relative to the run folder.
  var checkpoint: String?

  /// Writes every key, even without a value.
  var json: JSON {
    func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    return [
      "end": .string(end.rawValue), "exit_code": .integer(Int(exitCode)), "reason": text(reason?.name),
      "signal": text(signal), "error": text(error), "step": .integer(step), "steps": .integer(totalSteps),
      "checkpoint": text(checkpoint),
    ]
  }

  static func name(ofSignal number: Int32) -> String? {
    let names = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2",
      SIGXCPU: "SIGXCPU",
    ]
    return names[number]
  }
}

extension StopRequest.Reason {
  fileprivate var name: String {
    switch self {
    case .interrupt: "interrupt"
    case .termination, .passedOn: "termination"
    case .timeLimit: "time_limit"
    case .hangup: "hangup"
    }
  }
}
