import Foundation
import JSON

/// Contents of `end.json`: how a run ended, and where it goes on from. The file is absent while a run goes on, and after one that was
/// killed.
struct RunEnd: Equatable {
  enum End: String {
    /// All that was asked for.
    case done
    /// On request, after a checkpoint if anything was trained.
    case stopped
    case failed
  }

  var end: End
  /// Origin of a stop.
  var reason: StopRequest.Reason?
  /// The signal that did: `SIGTERM`; nil where rank 0 got none.
  var signal: String?
  /// Of the program itself, whatever its launcher makes of it.
  var exitCode: Int32
  var error: String?
  var step: Int
  var totalSteps: Int
  /// Newest, relative to the run folder.
  var checkpoint: String?

  /// Every key is there, whether or not there is a value.
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
