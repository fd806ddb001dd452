import Collectives
import Foundation
import RunSettings
import Testing

@testable import Training

/// A stop in the middle of an evaluation, or of a sample, is not waited out; the run that goes on makes up for it.
@Suite(.timeLimit(.minutes(15)))
final class UnfinishedStepTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let classes = """
    data: {dataset: synthetic, shape: [5], classes: 3, samples: 60, validation: 20}
    model: {layers: [linear: 4, relu, linear: 3]}
    optimizer: {kind: sgd, momentum: 0.9}
    schedule: {kind: constant, rate: 0.1}
    training: {batch_size: 6, steps: 24, shards: 3}
    evaluation: {every_steps: 4, block_size: 7}
    checkpoint: {every_steps: 3}
    logging: {every_steps: 2}
    """
  private static let text = """
    data: {dataset: novel, tokenizer: bytes, window: 6, validation: 0.01, test: 0.98}
    model: {layers: [embedding: {width: 6}, linear: classes]}
    schedule: {kind: constant, rate: 0.1}
    training: {batch_size: 6, steps: 12, shards: 3}
    evaluation: {every_steps: 4, at_end: false}
    samples: {every_steps: 4, length: 9}
    checkpoint: {every_steps: 3}
    """

  /// One part of a run, stopped right after the update of step `stopStep`, before what follows it.
  private func train(
    _ text: String, in name: String, workers: Int, stopAfter stopStep: Int? = nil
  ) throws -> [StopRequest.Reason?] {
    let stop = StopRequest()
    let run = try PreparedRun(
      try RunConfiguration.parse(text: text), options: RunOptions(runFolder: path(name)), stop: stop)
    return try ThreadGroup.run(layout: ShardLayout(shards: 3, workers: workers)) { communicator in
      let trainer = try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil)
      trainer.afterStep = { step, _ in if step == stopStep { stop.request(.interrupt) } }
      return try trainer.train()
    }
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func object(_ file: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path(file)))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Lines without what depends on the clock.
  private func lines(_ file: String) throws -> [String] {
    guard let text = try? String(contentsOfFile: path(file), encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map { line in
      var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      for clock in ["samples_per_second", "wall_seconds", "seconds"] { object[clock] = nil }
      return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }
  }

  private func expectEqual(_ run: String, _ reference: String) throws {
    for file in ["metrics.jsonl", "samples.jsonl"] {
      #expect(try lines(run + "/" + file) == lines(reference + "/" + file), "\(file)")
    }
    for key in ["weights_sha256", "best_step", "validation_loss", "test_loss", "steps", "stopped_early"] {
      let (found, expected) = (try object(run + "/summary.json")[key], try object(reference + "/summary.json")[key])
      #expect("\(found ?? "none")" == "\(expected ?? "none")", "\(key)")
    }
  }

  @Test(
    "an evaluation that was given up is done on resume: the best checkpoint, the log and the end are the same",
    arguments: [(4, 1), (8, 3), (23, 2), (24, 3)])
  func evaluation(step: Int, workers: Int) throws {
    _ = try train(Self.classes, in: "reference", workers: 1)
    let stopped = try train(Self.classes, in: "run", workers: workers, stopAfter: step)
    #expect(stopped == Array(repeating: .interrupt, count: workers))
    let log = try lines("run/metrics.jsonl")
    if step % 4 == 0 { #expect(!log.contains { $0.contains("\"step\":\(step)") && $0.contains("validation") }) }
    // Right after that step: no other one was done.
    if step % 4 == 0 { #expect(try object("run/end.json")["step"] as? Int == step) }
    // Once more, at once: what is made up for can be stopped too.
    _ = try train(Self.classes, in: "run", workers: 2)
    try expectEqual("run", "reference")
    #expect(try object("run/end.json")["end"] as? String == "done")
  }

  @Test("early stopping counts it")
  func earlyStopping() throws {
    let text = Self.classes.replacingOccurrences(
      of: "shards: 3}", with: "shards: 3, early_stopping: {patience: 1, metric: accuracy}}")
    _ = try train(text, in: "reference", workers: 1)
    let end = try #require(try object("reference/summary.json")["steps"] as? Int)
    try #require(end < 24, "early stopping did not end the reference")
    _ = try train(text, in: "run", workers: 2, stopAfter: end)
    _ = try train(text, in: "run", workers: 1)
    try expectEqual("run", "reference")
  }

  @Test("a stop during the sample before the first step says so")
  func sampleBeforeTheFirstStep() throws {
    let stop = StopRequest()
    let run = try PreparedRun(
      try RunConfiguration.parse(text: Self.text, overrides: ["samples.at=[0]"]),
      options: RunOptions(runFolder: path("run")), stop: stop)
    let trainer = try Trainer(run, communicator: SoloCommunicator(shards: 3), jobSize: (1, 1), reporter: nil)
    stop.request(.interrupt)
    let failure = #expect(throws: AgreedFailure.self) { try trainer.train() }
    #expect(failure?.exitCode == 130)
    #expect(
      failure?.description
        == "stopped during the sample before the first step: nothing was trained, and no checkpoint was written")
  }

  @Test("a sample is written on resume", arguments: [4, 12])
  func sample(step: Int) throws {
    _ = try train(Self.text, in: "reference", workers: 1)
    #expect(try lines("reference/samples.jsonl").count == 3)
    let stopped = try train(Self.text, in: "run", workers: 2, stopAfter: step)
    #expect(stopped == [.interrupt, .interrupt])
    _ = try train(Self.text, in: "run", workers: 3)
    try expectEqual("run", "reference")
  }
}
