import Checkpoints
import Collectives
import Configuration
import Foundation
import JSON
import NeuralNetworks
import RunSettings
import Tensors
import Testing

@testable import Training

/// Runs in which a part of the parameters is frozen, and others have rates of their own.
@Suite(.timeLimit(.minutes(15)))
final class FrozenParameterTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A bit of everything in groups: convolution, batch normalisation whose averages go on or stay, dropout.
  private static let layered = """
    data: {dataset: synthetic, shape: [6, 6, 2], classes: 3, samples: 61, validation: 13}
    model:
      layers:
        - {conv: {filters: 4, kernel: 3, bias: false}, name: stem}
        - {batch_norm: {sync: false}, name: first}
        - relu
        - residual: [conv: {filters: 4, kernel: 3, padding: same}, batch_norm, relu]
        - {batch_norm: {sync: true}, name: last}
        - flatten
        - dropout: 0.1
        - {linear: 5, name: middle}
        - relu
        - {linear: 3, name: head}
    optimizer: {kind: adamw, epsilon: 1.0e-3, weight_decay: 0.1, l2: 0.01, clip_norm: 0.5}
    schedule: {kind: constant, rate: 0.02}
    training: {batch_size: 11, steps: 12, shards: 4, seed: 3}
    evaluation: {every_steps: 4, at_end: false}
    checkpoint: {every_steps: 5, keep: 9}

    """

  private static let rules = [
    "nothing": "parameters: []",
    "the lowest": "parameters: [{match: stem.*, freeze: true}, {match: first.*, freeze: true, statistics: keep}]",
    "a part of each": "parameters: [{match: '*.weight', freeze: true}, {match: head.*, freeze: false, rate: 3}]",
    "all but the head": "parameters: [{match: '*', freeze: true, statistics: keep}, {match: head.*, freeze: false}]",
    "the middle":
      "parameters: [{match: middle.*, freeze: true}, {match: '*.bias', weight_decay: 0.3, l2: 0.2, rate: 0.5}]",
    "followed averages": "parameters: [{match: '*', freeze: true}, {match: head.*, freeze: false}]",
  ]

  private func configuration(_ rules: String, _ overrides: String...) throws -> RunConfiguration {
    try .parse(text: Self.layered + rules, overrides: overrides)
  }

  @Test("weights have equal bits on 1, 2 and 4 workers, shared or not, overlapping or not, and after resumes")
  func equalBits() throws {
    var seen: Set<String> = []
    for (name, rules) in Self.rules.sorted(by: { $0.key < $1.key }) {
      let whole = try train(try configuration(rules), workers: 1)
      for (workers, override) in [
        (2, "training.share_weights=true"), (4, "training.share_weights=false"), (4, "training.share_weights=true"),
        (2, "training.bucket_megabytes=0.0001"), (2, "training.overlap=false"),
      ] {
        #expect(
          try train(try configuration(rules, override), workers: workers) == whole, "\(name) \(workers) \(override)")
      }
      let parts = folder.appendingPathComponent("parts-\(name)")
      var digest = ""
      for (steps, workers) in [(3, 4), (8, 1), (12, 2)] {
        digest = try train(
          try configuration(rules, "training.steps=\(steps)", "training.share_weights=\(workers > 1)"),
          workers: workers,
          in: parts)
      }
      #expect(digest == whole, "\(name) in parts")
      #expect(seen.insert(whole).inserted, "\(name) gives the weights of another")
    }
  }

  @Test("frozen parameters keep every bit and have no moments; the others learn", arguments: rules.keys.sorted())
  func frozenValues(name: String) throws {
    let configuration = try configuration(try #require(Self.rules[name]))
    let run = folder.appendingPathComponent(name)
    try train(configuration, workers: 2, in: run)
    let checkpoint = try Checkpoint(path: run.appendingPathComponent("checkpoints/step-00000012.safetensors").path)
    let prepared = try PreparedRun(configuration)
    let start = try Model(
      prepared.layers, inputShape: [6, 6, 2], outputs: 3, pool: StoragePool(), rules: configuration.parameters)
    start.initialize(seed: 3)
    let first = try self.checkpoint(of: start)
    var frozen = 0
    for parameter in start.store.parameters {
      let path = parameter.path
      #expect((try checkpoint.floats(path) == first.floats(path)) == parameter.isFrozen, "\(path)")
      for state in ["exp_avg", "exp_avg_sq"] {
        #expect((checkpoint["optimizer.\(state).\(path)"] == nil) == parameter.isFrozen, "\(path)")
      }
      if parameter.isFrozen { frozen += parameter.count }
    }
    #expect((frozen > 0) == (name != "nothing"))
    let summary = try JSON(
      parsing: String(contentsOf: run.appendingPathComponent("summary.json"), encoding: .utf8))
    #expect(summary["frozen_parameters"]?.integerValue == frozen)
    #expect(summary["parameters"]?.integerValue == start.store.parameterCount)
  }

  @Test("running averages follow the batches, frozen or not, unless a rule keeps them")
  func statistics() throws {
    for (name, kept) in [
      ("followed averages", []), ("the lowest", ["first"]), ("all but the head", ["first", "3.body.1", "last"]),
    ] {
      let run = folder.appendingPathComponent("statistics-\(name)")
      try train(try configuration(try #require(Self.rules[name])), workers: 2, in: run)
      let checkpoint = try Checkpoint(path: run.appendingPathComponent("checkpoints/step-00000012.safetensors").path)
      for layer in ["first", "3.body.1", "last"] {
        let mean = try checkpoint.floats("\(layer).running_mean").allSatisfy { $0 == 0 }
        let variance = try checkpoint.floats("\(layer).running_var").allSatisfy { $0 == 1 }
        #expect(mean == kept.contains(layer) && variance == kept.contains(layer), "\(name): \(layer)")
      }
    }
  }

  @Test("fewer bytes are summed, and less memory is taken, by what frozen parameters have no part in")
  func bytes() throws {
    func run(_ rules: String) throws -> PreparedRun {
      try PreparedRun(
        .parse(
          text: """
            data: {dataset: synthetic, shape: [64], classes: 16, samples: 30}
            model: {layers: [linear: {outputs: 32, bias: false}, relu, linear: {outputs: 16, bias: false}]}
            optimizer: {kind: adam}
            training: {batch_size: 6, steps: 50}
            parameters: \(rules)
            """))
    }
    let (whole, part) = (try run("[]"), try run("[{match: 0.*, freeze: true}]"))
    #expect(whole.buckets.count - part.buckets.count == 64 * 32)
    // Values stay, without gradient and two moments.
    #expect(whole.memory.worker - part.memory.worker == 3 * 4 * 64 * 32)
  }

  @Test(arguments: [
    (
      "{match: '*', freeze: true}",
      "run.yaml:1:22: parameters: all are frozen, so there is nothing to train; add a rule after"
    ),
    ("{match: head.*, freeze: true, rate: 2}", "frozen parameters have no rate, weight_decay or l2"),
    (
      "{match: head.*, statistics: keep}",
      "parameters: 'head.*' matches no running average; the nearest are 3.body.1.running_mean,"
    ),
    ("{match: frist.*, statistics: keep}", "the nearest are first.running_mean, first.running_var"),
    ("{match: first.*, statistics: hold}", "expected one of follow, keep"),
    ("{match: head.*, requires_grad: false}", "unknown key 'requires_grad' in parameters.0; did you mean 'freeze'?"),
  ])
  func mistakes(rule: String, part: String) {
    do {
      let text = "parameters: [\(rule)]\n" + Self.layered
      _ = try PreparedRun(RunConfiguration.parse(text: text, fileName: "run.yaml"))
      Issue.record("no mistake")
    } catch {
      #expect("\(error)".contains(part), "\(error)")
    }
  }

  /// Trains, or trains on, and gives the digest of the weights.
  @discardableResult
  private func train(_ configuration: RunConfiguration, workers: Int, in run: URL? = nil) throws -> String {
    let run = run ?? folder.appendingPathComponent(UUID().uuidString)
    let prepared = try PreparedRun(configuration, options: RunOptions(runFolder: run.path))
    _ = try ThreadGroup.run(layout: ShardLayout(shards: 4, workers: workers)) { communicator in
      try Trainer(prepared, communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
    let summary = try JSON(parsing: String(contentsOf: run.appendingPathComponent("summary.json"), encoding: .utf8))
    return try #require(summary["weights_sha256"]?.text)
  }

  /// A checkpoint of a model that has not been trained.
  private func checkpoint(of model: Model) throws -> Checkpoint {
    let path = folder.appendingPathComponent("start.safetensors").path
    let metadata = CheckpointMetadata(
      step: 0, epoch: 0, position: 0, shards: 1, workers: 1, blasThreads: 1, configuration: "")
    try Checkpoint.write(to: path, weights: model.weights, state: [], metadata: metadata)
    return try Checkpoint(path: path)
  }
}
