import Collectives
import Foundation
import RunSettings
import Testing

@testable import Training

/// One worker's wish to stop stops all of them, for the same reason.
@Suite(.timeLimit(.minutes(15)))
struct StopTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  /// Results of `train` on three workers that act like processes, each with its own stop request.
  private func outcomes(of reasons: [StopRequest.Reason?]) throws -> [StopRequest.Reason?] {
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = """
      data: {dataset: synthetic, shape: [5], classes: 3, samples: 30}
      model: {layers: [linear: 3]}
      training: {batch_size: 6, steps: 50, shards: 3}
      """
    let runs = try reasons.map { reason in
      let stop = StopRequest()
      if let reason { stop.request(reason) }
      return try PreparedRun(
        try RunConfiguration.parse(text: text), options: RunOptions(runFolder: folder.path), stop: stop)
    }
    return try ThreadGroup.run(layout: ShardLayout(shards: 3, workers: 3)) { communicator in
      try Trainer(runs[communicator.worker], communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
  }

  @Test(
    arguments: [
      ([nil, .interrupt, nil], .interrupt), ([nil, nil, .timeLimit], .timeLimit),
      ([nil, .termination, .interrupt], .termination), ([nil, nil, nil], nil),
    ] as [([StopRequest.Reason?], StopRequest.Reason?)])
  func theReasonIsTheSameOnEveryWorker(reasons: [StopRequest.Reason?], agreed: StopRequest.Reason?) throws {
    #expect(try outcomes(of: reasons) == [agreed, agreed, agreed])
  }

  @Test(
    "while data are prepared, the worker that gets the request knows the reason, the others do not",
    arguments: [
      ([.passedOn, .interrupt, .passedOn], 130), ([.passedOn, nil, .hangup], 129), ([.passedOn, .passedOn, nil], 143),
      ([.timeLimit, .interrupt, nil], 143),
    ] as [([StopRequest.Reason?], Int32)])
  func preparing(reasons: [StopRequest.Reason?], code: Int32) throws {
    let codes = try ThreadGroup.run(layout: ShardLayout(shards: 3, workers: 3)) { communicator -> Int32 in
      do {
        try communicator.agree {
          if let reason = reasons[communicator.worker] { throw StoppedBeforeTraining(reason: reason) }
        }
        return 0
      } catch let failure as AgreedFailure {
        return failure.exitCode
      }
    }
    #expect(codes == [code, code, code])
  }
}
