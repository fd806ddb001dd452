import Checkpoints
import Collectives
import Configuration
import Foundation
import JSON
import RunSettings
import Testing

@testable import Training

/// Runs whose rest is trained with other settings (`--continue`).
@Suite(.timeLimit(.minutes(10)))
final class ContinuationTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let base = """
    data: {dataset: synthetic, shape: [6, 6, 2], classes: 3, samples: 61, validation: 13}
    model: {layers: [flatten, linear: 9, batch_norm, relu, linear: 3]}
    optimizer: {kind: sgd, momentum: 0.9}
    schedule: {kind: constant, rate: 0.02}
    training: {batch_size: 16, steps: 10, shards: 4, seed: 3}
    evaluation: {every_steps: 2}
    checkpoint: {every_steps: 1, keep: 99}
    logging: {every_steps: 1}
    """

  /// - Parameter continues: Whether changes are meant for the rest of the run.
  @discardableResult
  private func train(
    _ overrides: [String], workers: Int = 2, in name: String = "run", continues: Bool = true
  ) throws -> JSON {
    var options = RunOptions(runFolder: path(name))
    options.continuesWithChanges = continues && FileManager.default.fileExists(atPath: path(name))
    let run = try PreparedRun(.parse(text: Self.base, overrides: overrides), options: options)
    _ = try ThreadGroup.run(layout: ShardLayout(shards: 4, workers: workers)) { communicator in
      try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
    return try JSON(parsing: String(contentsOfFile: path(name) + "/summary.json", encoding: .utf8))
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: path(name), toPath: path(other))
  }

  /// Learning rates of the logged steps, by step.
  private func rates(_ name: String) throws -> [Int: Double] {
    var rates: [Int: Double] = [:]
    _ = try RunFolder.readMetrics(in: path(name)) { record in
      if let step = record["step"]?.integerValue, let rate = record["learning_rate"]?.numberValue { rates[step] = rate }
    }
    return rates
  }

  private func weights(_ name: String, step: Int) throws -> [Float] {
    let checkpoint = try Checkpoint(path: RunLayout.checkpoint(step: step, in: path(name)))
    return try checkpoint.floats("1.weight") + checkpoint.floats("4.weight")
  }

  private static let changes = [
    ["schedule={kind: cosine, rate: 0.01}"], ["optimizer={kind: adam}", "schedule.rate=0.003"],
    ["optimizer={kind: lars, trust: 0.1}"], ["optimizer.momentum=0.5", "parameters=[{match: 1.*, rate: 0.1}]"],
    ["loss=mean-squared-error"],
    ["data.augment=[flip]"], ["parameters=[{match: 1.*, freeze: true}]"],
  ]

  @Test(
    "the rest has equal bits on every placement, and after a stop and resume with and without --continue",
    arguments: changes)
  func equalBits(change: [String]) throws {
    let plain = try train([])["weights_sha256"]
    let longer = change + ["training.steps=20"]
    for name in ["one", "four", "parts"] { try copy("run", to: name) }
    let whole = try train(longer, workers: 1, in: "one")
    #expect(whole["weights_sha256"] != plain)
    #expect(try train(longer, workers: 4, in: "four")["weights_sha256"] == whole["weights_sha256"])
    try train(change + ["training.steps=13"], workers: 2, in: "parts")
    if !change.joined().contains("cosine") {
      // The checkpoint remembers: nothing has to be said again.
      let parts = try train(longer, workers: 4, in: "parts", continues: false)
      #expect(parts["weights_sha256"] == whole["weights_sha256"])
      #expect(parts["history"]?.elements?.count == 1)
    }
    // What was not changed is that of a run of 20 steps: the history makes the difference.
    #expect(try train(["training.steps=20"], in: "run")["weights_sha256"] != whole["weights_sha256"])
  }

  @Test("summary and checkpoint keep the history, and the run folder's configuration is the new one")
  func history() throws {
    #expect(try train([])["history"] == .array([]))
    try train(["schedule.rate=0.01", "training.steps=14"])
    let summary = try train(["schedule.rate=0.01", "optimizer={kind: adam}", "training.steps=20"], workers: 1)
    let history = try #require(summary["history"]?.elements)
    #expect(history.map { $0["step"]?.integerValue } == [10, 14])
    let first = try #require(history.first)
    #expect(
      first["changes"]?.description
        == #"[{"setting":"schedule.rate","old":"0.02","new":"0.01"}]"#)
    #expect(first["optimizer_restarted"] == .bool(false))
    #expect(history.last?["optimizer_restarted"] == .bool(true))
    #expect(summary["learning_rate"]?.numberValue == 0.01)
    #expect(summary["batch_size"]?.integerValue == 16 && summary["seed"]?.integerValue == 3)
    let written = try RunConfiguration.load(file: RunLayout.configuration(in: path("run")))
    #expect(written.schedule.rate == 0.01)
    // Saying it again changes nothing.
    #expect(
      try train(["schedule.rate=0.01", "optimizer={kind: adam}", "training.steps=21"])["history"]?.elements?.count == 2)
  }

  @Test("a schedule that was changed begins at its first rate and spans the rest; one that was not goes on")
  func schedules() throws {
    try train([])
    try copy("run", to: "other")
    try train(["schedule={kind: cosine, rate: 0.01, warmup_steps: 2}", "training.steps=20"])
    let rates = try rates("run")
    #expect((10...13).map { rates[$0] } == [0.02, 0.005, 0.01, 0.01])
    #expect(try #require(rates[20]) < 0.001)
    let decay = "schedule={kind: step, rate: 0.01, every: 6, gamma: 0.5}"
    try train([decay, "training.steps=14"], in: "other")
    try train([decay, "optimizer.momentum=0.8", "training.steps=24"], in: "other")
    let steps = try self.rates("other")
    let expected = Array(repeating: 0.01, count: 6) + Array(repeating: 0.005, count: 6) + [0.0025, 0.0025]
    #expect((11...24).compactMap { steps[$0] } == expected)
  }

  @Test("an optimiser of another kind begins with state and step zero: Adam's first update is one rate long")
  func anotherOptimizer() throws {
    try train(["training.steps=40"])
    try train(["optimizer={kind: adam}", "schedule.rate=0.001", "training.steps=41"])
    let (before, after) = (try weights("run", step: 40), try weights("run", step: 41))
    let moves = zip(before, after).map { abs($0 - $1) }
    // η·m̂/(√v̂ + ε) is η for each gradient that is not tiny; with moments corrected as in step 41 it would be 3.2 η.
    #expect(try #require(moves.max()) < 0.00101)
    #expect(moves.filter { $0 > 0.0009 }.count > moves.count / 2)
  }

  @Test("a run that stopped early goes on, with evaluations counted anew")
  func stoppedEarly() throws {
    let stopping = "training.early_stopping={patience: 1, min_delta: 5}"
    let first = try train([stopping])
    #expect(first["stopped_early"] == .bool(true) && first["steps"]?.integerValue == 4)
    let second = try train([stopping, "schedule.rate=0.01"])
    #expect(second["stopped_early"] == .bool(true) && second["steps"]?.integerValue == 8)
    let last = try train([])
    #expect(last["stopped_early"] == .bool(false) && last["steps"]?.integerValue == 10)
  }

  @Test("losses of another kind neither compare nor add up: best step, rate of a plateau, logged means")
  func anotherLoss() throws {
    // Cross-entropies are larger than squared errors.
    let (squared, stopping) = ("loss=mean-squared-error", "training.early_stopping={patience: 9, metric: loss}")
    let plateau = "schedule={kind: plateau, rate: 0.02, patience: 1, metric: loss}"
    try train([stopping, squared, plateau])
    let summary = try train([stopping, plateau, "training.steps=20"])
    #expect(try #require(summary["best_step"]?.integerValue) > 10)
    #expect(try rates("run")[20] == 0.02)
    try train([squared, "logging.every_steps=8"], in: "logged")
    try train(["logging.every_steps=8", "training.steps=16"], in: "logged")
    var losses: [Int: Double] = [:]
    _ = try RunFolder.readMetrics(in: path("logged")) { record in
      if record["split"]?.text == "train", let step = record["step"]?.integerValue {
        losses[step] = record["loss"]?.numberValue
      }
    }
    // Of six steps alone, not of two squared errors as well.
    #expect(try #require(losses[16]) > 1)
  }

  @Test("the best checkpoint stays the best where its metric stays")
  func sameMetric() throws {
    try train(["schedule.rate=0.3"])
    let summary = try train(["schedule.rate=0.3", "loss.label_smoothing=0.1", "training.steps=12"])
    let history = try #require(summary["history"]?.elements?.first)
    #expect(history["step"]?.integerValue == 10 && summary["best_step"] != .null)
    let text = try Checkpoint(path: RunLayout.checkpoint(step: 12, in: path("run"))).metadata.progress
    #expect(text.contains("\"forgetsBest\":false"), "\(text)")
  }

  @Test("settings of the model and the data, and a run without steps left, are refused")
  func refused() throws {
    try train([])
    func refusal(_ overrides: [String], in name: String = "run", continues: Bool = true) -> String {
      do {
        if name != "run" {
          try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        }
        try train(overrides, in: name, continues: continues)
        return "none"
      } catch { return "\(error)" }
    }
    let both = refusal(["training.batch_size=8", "schedule.rate=0.1", "training.steps=40"])
    #expect(both.contains("training.batch_size: 16 → 8") && !both.contains("schedule.rate"), "\(both)")
    #expect(both.contains("--continue changes the learning only (loss, optimizer, schedule"), "\(both)")
    let silent = refusal(["schedule.rate=0.1", "training.steps=40"], continues: false)
    #expect(silent.contains("schedule.rate: 0.02 → 0.1") && silent.contains("add --continue"), "\(silent)")
    let missing = refusal(["training.steps=40"], in: "nowhere")
    #expect(missing.contains("has no checkpoint that --continue could go on from"), "\(missing)")
    let complete = refusal(["schedule.rate=0.1"])
    #expect(complete.contains("complete after step 10") && complete.contains("training.epochs"), "\(complete)")
    #expect(try train([])["history"] == .array([]))
  }
}
