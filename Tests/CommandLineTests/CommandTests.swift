import Foundation
import Testing

/// Output and files of the commands: contracts that other programs rely on.
@Suite(.serialized, .takingTurns)
struct CommandTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  @Test("a run folder holds what it promises, and anyone can recompute weights_sha256 from the checkpoint")
  func runFolder() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let result = try Lockstep.run(["train", config, "--run-dir", run, "--set", "training.steps=40"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let first = try #require(result.lines.first)
    for fact in ["mnist-5k", "parameters", "1 worker", "4 shards", "OpenBLAS", "1 thread"] {
      #expect(first.contains(fact), "no '\(fact)' in: \(first)")
    }
    let summary = try SmallRun.summary(of: run)
    let keys = [
      "steps", "epochs", "wall_seconds", "samples_per_second", "train_loss", "validation_loss",
      "validation_accuracy", "test_loss", "test_accuracy", "workers", "ranks", "nodes", "shards", "parameters",
      "weights_sha256",
    ]
    for key in keys { #expect(summary[key] != nil, "summary.json has no \(key)") }
    #expect(summary["steps"] as? Int == 40)
    #expect(try SmallRun.metrics(of: run).count >= 4)
    #expect(FileManager.default.fileExists(atPath: run + "/config.yaml"))

    let bytes = try Data(contentsOf: URL(fileURLWithPath: run + "/checkpoints/step-00000040.safetensors"))
    #expect(try digestOfWeights(inCheckpoint: bytes) == summary["weights_sha256"] as? String)
  }

  @Test("frozen parameters are counted, their checkpoint is evaluated like any other, and other rules are another run")
  func frozenParameters() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.groups, to: "groups.yaml")
    let run = folder.path("run")
    let train = ["train", config, "--run-dir", run, "--set", "training.steps=4"]
    let result = try Lockstep.run(train)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.lines.first?.contains("3366 parameters, 3180 of them frozen") == true, "\(result.lines)")
    let summary = try SmallRun.summary(of: run)
    #expect(summary["parameters"] as? Int == 3366 && summary["frozen_parameters"] as? Int == 3180)
    let evaluation = try object(try Lockstep.run(["evaluate", run, "--split", "test", "--json"]).output)
    #expect(evaluation["loss"] as? Double == summary["test_loss"] as? Double)
    let other = try Lockstep.run(train + ["--set", "parameters=[]"])
    #expect(other.exitCode == 1 || other.exitCode == 2)
    #expect(other.errors.contains("parameters: ["), "\(other.errors)")
  }

  /// SHA-256, by the system's own tool, over every tensor that is neither optimiser state nor the data's normaliser.
  private func digestOfWeights(inCheckpoint bytes: Data) throws -> String {
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try object(String(decoding: bytes[8..<(8 + length)], as: UTF8.self))
    let spans = header.compactMap { name, value -> (start: Int, end: Int)? in
      guard !name.hasPrefix("optimizer."), !name.hasPrefix("data."),
        let offsets = (value as? [String: Any])?["data_offsets"] as? [Int]
      else { return nil }
      return (offsets[0], offsets[1])
    }.sorted { $0.start < $1.start }
    let folder = try TemporaryFolder()
    var weights = Data()
    for span in spans { weights += bytes[(8 + length + span.start)..<(8 + length + span.end)] }
    try weights.write(to: folder.url.appendingPathComponent("weights"))
    let result = try ChildProcess("/usr/bin/sha256sum", [folder.path("weights")]).wait()
    return String(result.output.prefix(64))
  }

  @Test("evaluate gives the numbers of the summary, in one process and on ranks, as tables and as JSON")
  func evaluate() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let settings = ["--set", "training.steps=40", "--set", "data.validation=null", "--set", "evaluation.block_size=7"]
    #expect(try Lockstep.run(["train", config, "--run-dir", run, "-q"] + settings).exitCode == 0)
    let summary = try SmallRun.summary(of: run)

    let alone = try Lockstep.run(["evaluate", run, "--json"])
    let ranks = try Lockstep.runRanks(3, ["evaluate", run, "--json"])
    #expect(alone.exitCode == 0 && ranks.exitCode == 0, "\(alone.errors)\(ranks.errors)")
    #expect(alone.output == ranks.output)
    let report = try object(alone.output)
    #expect(report["accuracy"] as? Double == summary["test_accuracy"] as? Double)
    #expect(report["loss"] as? Double == summary["test_loss"] as? Double)
    let matrix = try #require(report["confusion_matrix"] as? [[Int]])
    #expect(matrix.flatMap { $0 }.reduce(0, +) == 100)
    let tables = try Lockstep.run(["evaluate", run])
    // Rows are true classes and columns predicted ones, as the head of the table says.
    let head = try #require(tables.lines.firstIndex { $0.hasPrefix("true class") }, "\(tables.output)")
    #expect(tables.lines[head - 1].hasSuffix("predicted class") && tables.lines[head].hasSuffix("   8   9"))
    let rows = tables.lines[(head + 2)...].map { $0.split { $0 == " " || $0 == "|" } }
    #expect(rows.map { $0[0] } == (0...9).map { "\($0)" })
    #expect(rows.map { $0.suffix(10).compactMap { Int($0) } } == matrix, "\(tables.output)")
    #expect(try Lockstep.run(["evaluate", run, "--split", "validation"]).exitCode == 2)
  }

  @Test("a network learns a hundred images by heart: zero error on them")
  func overfitting() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(
      """
      data: {dataset: mnist-5k, train_limit: 100, test_limit: 10}
      model: {layers: [flatten, linear: 64, relu, linear: 10]}
      optimizer: {kind: sgd, momentum: 0.9}
      schedule: {kind: constant, rate: 0.05}
      training: {batch_size: 20, epochs: 40, shards: 1}
      """, to: "overfit.yaml")
    let run = folder.path("run")
    #expect(try Lockstep.run(["train", config, "--run-dir", run, "-q"]).exitCode == 0)
    let report = try object(try Lockstep.run(["evaluate", run, "--split", "train", "--json"]).output)
    #expect(report["samples"] as? Int == 100)
    #expect(report["accuracy"] as? Double == 1)
  }

  @Test("the logged loss holds the whole L2 term, however often it is logged; a finished run's log does not grow")
  func loggedLoss() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let arguments = [
      "train", config, "--run-dir", run, "-q", "--set", "optimizer.l2=10", "--set", "training.steps=20", "--set",
      "schedule={kind: constant, rate: 1.0e-9}", "--set", "logging.every_steps=10",
    ]
    #expect(try Lockstep.run(arguments).exitCode == 0)
    // At this rate the weights stand still: λΣw² of all their steps is that of the last one, far above the data's loss.
    let loss = try #require(try SmallRun.summary(of: run)["train_loss"] as? Double)
    #expect(loss > 100)
    let lines = try SmallRun.metrics(of: run)
    #expect(try Lockstep.run(arguments).exitCode == 0)
    #expect(try SmallRun.metrics(of: run) == lines)
  }

  @Test("bench step prints its JSON object last")
  func benchStep() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let result = try Lockstep.run([
      "bench", "step", config, "--steps", "5", "--warmup", "1", "--workers", "2", "--json",
    ])
    #expect(result.exitCode == 0, "\(result.errors)")
    let report = try object(try #require(result.lines.last))
    let times = try #require(report["ms_per_step"] as? [String: Double])
    let (least, median, most) = try (
      #require(times["min"]), #require(times["median"]), #require(times["max"])
    )
    #expect(0 < least && least <= median && median <= most)
    #expect(report["batch_size"] as? Int == 30 && report["workers"] as? Int == 2 && report["ranks"] as? Int == 1)
    for key in ["samples_per_second", "parameters", "peak_rss_bytes"] { #expect(report[key] != nil, "\(key)") }
  }

  @Test("bench step of files it does not read takes the classes from the model, and says what else it assumes")
  func benchStepOfFiles() throws {
    let folder = try TemporaryFolder()
    func bench(_ data: String, _ model: String) throws -> ProcessResult {
      let config = try folder.write(
        "data: \(data)\nmodel: \(model)\ntraining: {batch_size: 4, steps: 9}\n", to: "b.yaml")
      let result = try Lockstep.run(["bench", "step", config, "--steps", "2", "--json"])
      #expect(result.exitCode == 0, "\(result.errors)")
      return result
    }
    let folderOf7 = try bench("{dataset: image-folder, image_size: [8, 6]}", "{layers: [flatten, linear: 7]}")
    #expect(folderOf7.errors.isEmpty, "\(folderOf7.errors)")
    #expect(try object(folderOf7.output)["parameters"] as? Int == (8 * 6 * 3 + 1) * 7)
    let idx = try bench("{dataset: idx}", "{architecture: mlp, hidden: [5]}")
    #expect(idx.errors.contains("28×28×1 is assumed") && idx.errors.contains("10 are assumed"), "\(idx.errors)")
    #expect(try object(idx.output)["parameters"] as? Int == (28 * 28 + 1) * 5 + (5 + 1) * 10)
  }

  @Test("a time limit stops with a checkpoint and 143")
  func timeLimit() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let result = try Lockstep.run(
      ["train", config, "--run-dir", run, "--set", "training.steps=1000000", "--time-limit", "2s"])
    #expect(result.exitCode == 143, "\(result.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
    #expect(names.contains { $0.hasSuffix(".safetensors") })
  }

  @Test("data list names every data set; the bundled ones are whole; an unknown name is wrong use")
  func data() throws {
    let list = try Lockstep.run(["data", "list"])
    for name in ["mnist-5k", "novel", "mnist", "fashion-mnist", "cifar10", "cifar100"] {
      #expect(list.output.contains(name), "\(list.output)")
    }
    #expect(try Lockstep.run(["data", "verify", "mnist-5k"]).exitCode == 0)
    #expect(try Lockstep.run(["data", "verify", "novel"]).exitCode == 0)
    let folder = try TemporaryFolder()
    #expect(try Lockstep.run(["data", "verify", "cifar10", "--data", folder.url.path]).exitCode == 1)
    #expect(try Lockstep.run(["data", "fetch", "cifar11"]).exitCode == 2)
  }

  @Test(
    "every command explains itself with examples",
    arguments: [["train"], ["evaluate"], ["classify"], ["bench"], ["bench", "step"], ["data"], ["data", "fetch"], []])
  func help(command: [String]) throws {
    let result = try Lockstep.run(command + ["--help"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("lockstep") && result.output.contains("Examples:"), "\(result.output)")
  }

  @Test("--version names the libraries")
  func version() throws {
    let result = try Lockstep.run(["--version"])
    #expect(result.exitCode == 0)
    for word in ["Lockstep", "OpenBLAS", "MPI", "oneDNN"] {
      #expect(result.output.contains(word), "\(result.output)")
    }
  }
}
