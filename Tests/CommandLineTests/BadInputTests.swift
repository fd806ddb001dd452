import Foundation
import Testing

/// Bad input ends in one clear message: what, where, what to do. Nothing crashes, no rank hangs.
@Suite(.serialized, .takingTurns)
struct BadInputTests {
  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.configuration, to: "small.yaml")
  }

  /// Runs `train` with these overrides and more arguments.
  private func train(_ overrides: [String] = [], _ more: [String] = []) throws -> ProcessResult {
    let sets = overrides.flatMap { ["--set", $0] }
    let run = more.contains("--run-dir") ? [] : ["--run-dir", folder.path("run-\(UUID().uuidString)")]
    return try Lockstep.run(["train", config, "-q"] + run + sets + more)
  }

  private func expectMessage(
    _ result: ProcessResult, code: Int32, mentions words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.exitCode == code, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        result.errors.contains(word), "no '\(word)' in: \(result.errors)", sourceLocation: sourceLocation)
    }
    #expect(!result.errors.contains("Fatal error"), "\(result.errors)", sourceLocation: sourceLocation)
  }

  @Test("a configuration that is not there")
  func missingConfiguration() throws {
    let result = try Lockstep.run(["train", folder.path("nowhere.yaml")])
    expectMessage(result, code: 2, mentions: ["nowhere.yaml"])
  }

  @Test("several mistakes are all listed, each with its line and the nearest right key")
  func severalMistakes() throws {
    let text = SmallRun.configuration
      .replacingOccurrences(of: "batch_size: 30", with: "bacth_size: 30")
      .replacingOccurrences(of: "momentum: 0.9", with: "momentum: fast")
      .replacingOccurrences(of: "max_pool: 2", with: "max_pol: 2")
    let broken = try folder.write(text, to: "broken.yaml")
    let result = try Lockstep.run(["train", broken])
    expectMessage(
      result, code: 2,
      mentions: [
        "bacth_size", "batch_size", "momentum", "max_pol", "max_pool", "broken.yaml:7", "broken.yaml:13",
        "broken.yaml:15",
      ])
  }

  @Test("a model that no memory can hold")
  func tooLargeForMemory() throws {
    let layers = "model.layers=[flatten, linear: 260000, linear: 260000, linear: 260000, linear: 260000, linear: 10]"
    expectMessage(try train([layers]), code: 1, mentions: ["parameters", "of 1 worker", "memory", "hint:"])
    let ranks = try Lockstep.runRanks(
      2, ["train", config, "-q", "--run-dir", folder.path("ranks"), "--set", layers])
    expectMessage(ranks, code: 1, mentions: ["of 2 ranks", "memory"])
  }

  @Test("under mpirun a wrong configuration is said once and ends all ranks")
  func saidOnceUnderMpirun() throws {
    let result = try Lockstep.runRanks(
      2, ["train", config, "--run-dir", folder.path("run"), "--set", "training.bacth_size=3"])
    #expect(result.exitCode == 2, "\(result.errors)")
    let said = result.errors.components(separatedBy: "bacth_size").count - 1
    #expect(said >= 1 && result.errors.components(separatedBy: "error:").count == 2, "\(result.errors)")
  }

  @Test("data that are not there: which files are expected and where to get them")
  func missingData() throws {
    let result = try train(["data.dataset=cifar10"], ["--data", folder.path("no-data")])
    expectMessage(result, code: 2, mentions: ["no-data", "data_batch_1.bin", "lockstep data fetch cifar10"])
  }

  @Test("a truncated data file: file and offset")
  func truncatedData() throws {
    let batches = folder.url.appendingPathComponent("cifar-10-batches-bin")
    try FileManager.default.createDirectory(at: batches, withIntermediateDirectories: true)
    for index in 1...5 {
      let count = index == 3 ? 3073 * 10 + 1000 : 3073 * 10
      try Data(count: count).write(to: batches.appendingPathComponent("data_batch_\(index).bin"))
    }
    try Data(count: 3073 * 10).write(to: batches.appendingPathComponent("test_batch.bin"))
    let result = try train(
      ["data.dataset=cifar10", "data.train_limit=20", "data.validation=5"], ["--data", folder.url.path])
    expectMessage(result, code: 1, mentions: ["data_batch_3.bin"])
  }

  @Test("shapes that do not fit: the layer and both shapes")
  func shapesThatDoNotFit() throws {
    let text = SmallRun.configuration.replacingOccurrences(of: "    - flatten\n", with: "")
    let broken = try folder.write(text, to: "shapes.yaml")
    let result = try Lockstep.run(["train", broken, "--run-dir", folder.path("run")])
    expectMessage(result, code: 2, mentions: ["linear", "7×7×4", "flatten"])
  }

  @Test("a batch smaller than the shards; more workers than shards; no workers")
  func numbersThatDoNotFit() throws {
    expectMessage(try train(["training.batch_size=3"]), code: 2, mentions: ["batch_size", "shards"])
    expectMessage(try train([], ["--workers", "5"]), code: 2, mentions: ["5", "shards", "4"])
    expectMessage(try train([], ["--workers", "0"]), code: 2, mentions: ["--workers"])
  }

  @Test("--workers under mpirun")
  func workersUnderMpirun() throws {
    let result = try Lockstep.runRanks(2, ["train", config, "--workers", "2"])
    #expect(result.exitCode == 2, "\(result.errors)")
    #expect(result.errors.components(separatedBy: "--workers was given").count == 2, "\(result.errors)")
  }

  @Test("a checkpoint of another model: which parameters differ")
  func checkpointOfAnotherModel() throws {
    let run = folder.path("run")
    #expect(try train(["training.steps=20"], ["--run-dir", run]).exitCode == 0)
    let checkpoint = run + "/checkpoints/step-00000020.safetensors"
    let result = try train(["model.layers.0.conv.filters=5"], ["--resume", checkpoint])
    expectMessage(result, code: 2, mentions: ["0.weight"])
    // A refused run creates no run folder.
    let refused = folder.path("refused")
    #expect(try train(["training.seed=4"], ["--resume", checkpoint, "--run-dir", refused]).exitCode == 2)
    #expect(!FileManager.default.fileExists(atPath: refused))
  }

  @Test("a run folder that cannot be written")
  func unwritableRunFolder() throws {
    let file = try folder.write("in the way", to: "occupied")
    let result = try train([], ["--run-dir", file])
    expectMessage(result, code: 1, mentions: ["occupied"])
  }

  @Test("a run folder without a name")
  func namelessRunFolder() throws {
    expectMessage(try train([], ["--run-dir", ""]), code: 2, mentions: ["--run-dir", "empty"])
  }

  @Test("more threads than OpenBLAS takes")
  func tooManyThreads() throws {
    expectMessage(try train(["training.blas_threads=9999"]), code: 2, mentions: ["blas_threads", "at most"])
  }

  @Test("a loss that is not finite: step, rate, layer; the last good checkpoint stays")
  func divergence() throws {
    let run = folder.path("run")
    let result = try train(
      ["schedule={kind: constant, rate: 1.0e+30}", "checkpoint.every_steps=1"], ["--run-dir", run])
    expectMessage(result, code: 1, mentions: ["step", "1e+30", "learning rate", "layer"])
    let checkpoints = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
      .filter { $0.hasSuffix(".safetensors") }
    for name in checkpoints {
      let evaluation = try Lockstep.run(["evaluate", run + "/checkpoints/" + name])
      #expect(evaluation.exitCode == 0, "\(evaluation.errors)")
    }
  }

  @Test("weights that diverge in the last step: the run fails")
  func divergenceInTheLastStep() throws {
    // The only step's loss is that of the initial weights; those after it are finite, but their products are not.
    let diverging = ["schedule={kind: constant, rate: 1.0e+20}", "training.steps=1"]
    for settings in [["data.validation=null"], ["evaluation.at_end=false"], []] {
      let result = try train(diverging + settings)
      expectMessage(
        result, code: 1, mentions: ["diverged in its last step, 1,", "not finite", "try a lower learning rate"])
    }
    let ranks = try Lockstep.runRanks(
      2, ["train", config, "-q", "--run-dir", folder.path("ranks")] + diverging.flatMap { ["--set", $0] })
    expectMessage(ranks, code: 1, mentions: ["diverged in its last step, 1,"])
    #expect(ranks.errors.components(separatedBy: "diverged in its last step").count == 2, "\(ranks.errors)")
  }

  @Test("a warm-up that is not shorter than the run is cut, and said, on any placement")
  func warmUpOfTheWholeRun() throws {
    // 490 samples in batches of 30 make 17 steps.
    let length = ["training.epochs=1", "training.shards=2"]
    var hashes: [Any?] = []
    for (warmup, workers) in [(17, "1"), (1000, "2"), (16, "2")] {
      let run = folder.path("warm-up-\(warmup)")
      let result = try train(length + ["schedule.warmup_steps=\(warmup)"], ["--run-dir", run, "--workers", workers])
      #expect(result.exitCode == 0, "\(result.errors)")
      let note = "the warm-up of \(warmup) steps (schedule.warmup_steps) is cut to 16: the run has 17"
      #expect(result.errors.contains(note) == (warmup > 16), "\(result.errors)")
      let summary = try SmallRun.summary(of: run)
      #expect(summary["warmup_steps"] as? Int == 16)
      hashes.append(summary["weights_sha256"])
    }
    #expect(Set(hashes.map { "\($0 ?? "")" }).count == 1)
  }

  @Test("patches that do not cut the image evenly are said")
  func unevenPatches() throws {
    let model = "model={architecture: patchify-convnet, filters: 2, hidden: 3, patch: "
    let uneven = try train([model + "5}", "training.steps=1"])
    #expect(uneven.exitCode == 0, "\(uneven.errors)")
    #expect(
      uneven.errors.contains(
        "patches of 5×5 do not cut an image of 28×28 evenly: it never sees the last 3 rows and 3 columns"),
      "\(uneven.errors)")
    #expect(uneven.errors.contains("patches that do: 2, 4, 7, 14, 28"))
    #expect(try !train([model + "7}", "training.steps=1"]).errors.contains("patches"))
  }

  @Test("options of other trainers lead to ours")
  func foreignOptions() throws {
    for (option, hint) in [("--epochs", "--set training.epochs=…"), ("--lr", "--set schedule.rate=…")] {
      let result = try Lockstep.run(["train", config, option, "3"])
      expectMessage(result, code: 2, mentions: ["Unknown option '\(option)'", "hint: \(hint)"])
      #expect(!result.errors.contains("Did you mean"), "\(result.errors)")
    }
  }

  @Test("data list: a folder that is not there, and how to get what is missing")
  func dataList() throws {
    for command in [["list"], ["verify", "cifar10"]] {
      let result = try Lockstep.run(["data"] + command + ["--data", "/nonexistent"])
      expectMessage(result, code: 2, mentions: ["/nonexistent: no such folder"])
    }
    let file = try folder.write("", to: "file")
    expectMessage(try Lockstep.run(["data", "list", "--data", file]), code: 2, mentions: ["is not a folder"])
    let loop = folder.path("loop")
    symlink("loop", loop)
    expectMessage(
      try Lockstep.run(["data", "list", "--data", loop]), code: 2, mentions: ["Too many levels of symbolic links"])
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let list = try Lockstep.run(["data", "list", "--data", empty])
    #expect(list.exitCode == 0 && list.output.contains("lockstep data fetch mnist --data \(empty)"), "\(list.output)")
  }

  @Test("no text of others reaches the terminal with control characters or as a second line")
  func controlCharacters() throws {
    let evil = "x\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}\nerror: y"
    for arguments in [
      ["train", folder.path(evil)],
      ["train", config, "--set", "data.path=\(evil)", "--set", "data={dataset: \"\(evil)\"}"],
      ["evaluate", folder.path(evil)], ["train", config, "--\(evil)"], ["data", "fetch", evil], [evil],
      ["train", config, "--data", evil, "--set", "data=cifar10", "--set", "model.architecture=mlp"],
      ["data", "list", "--data", evil], ["train", config, "--resume", evil],
    ] {
      let result = try Lockstep.run(arguments)
      #expect(result.exitCode != 0)
      let isBad: (Unicode.Scalar) -> Bool = { scalar in
        scalar != "\n" && scalar != "\t" && (scalar.properties.generalCategory == .control || scalar == "\u{202E}")
      }
      #expect(
        !(result.output + result.errors).unicodeScalars.contains(where: isBad), "\(result.errors.debugDescription)")
    }
    let folderLine = try Lockstep.run(["evaluate", folder.path(evil)]).errors
    #expect(folderLine.split(separator: "\n").count == 1, "\(folderLine)")
  }

  @Test("the largest integers that a configuration may hold")
  func largestIntegers() throws {
    let largest = 2_147_483_647
    for settings in [
      ["training.batch_size=\(largest)", "training.steps=2"], ["training.steps=null", "training.epochs=\(largest)"],
      ["evaluation={every_epochs: \(largest), block_size: \(largest)}", "training.steps=2"],
      ["checkpoint={every_epochs: \(largest), every_steps: \(largest), keep: \(largest)}", "training.steps=2"],
      ["schedule.half_cycle=\(largest)", "training.steps=2"],
      ["data.augment=[{shift: \(largest)}]", "training.steps=2"],
    ] {
      // A run that would take too long is stopped by its time limit.
      let result = try train(settings, ["--time-limit", "3"])
      #expect([0, 143].contains(result.exitCode), "\(settings): \(result.exitCode) \(result.errors)")
    }
  }

  @Test("data that are not there are wrong use, whatever their kind")
  func missingPaths() throws {
    for kind in ["idx", "image-folder", "mnist", "cifar10"] {
      let plain = ["data={dataset: \(kind)}", "model={layers: [flatten, linear: classes]}"]
      expectMessage(try train(plain, ["--data", "/nonexistent"]), code: 2, mentions: ["no such folder"])
    }
  }

  @Test("a full disk while writing a checkpoint: training says so and ends with 1, the old one survives")
  func fullDisk() throws {
    let run = folder.path("run")
    #expect(try train(["training.steps=40"], ["--run-dir", run]).exitCode == 0)
    // The limit on file sizes stands in for a full disk: writes past it fail in the same way.
    let limited = try ChildProcess(
      "/bin/bash",
      ["-c", "ulimit -f 4; trap '' XFSZ; exec \"$0\" \"$@\"", Build.lockstep, "train", config, "-q", "--run-dir", run]
    ).wait()
    expectMessage(limited, code: 1, mentions: ["checkpoint"])
    let evaluation = try Lockstep.run(["evaluate", run])
    #expect(evaluation.exitCode == 0, "\(evaluation.errors)")
    #expect(try train([], ["--run-dir", run]).exitCode == 0)
  }

  @Test("an unreadable image: its path; --skip-bad-images counts it and goes on")
  func unreadableImage() throws {
    let images = folder.url.appendingPathComponent("images")
    let source = TestImages.pngs(count: 12)
    for split in ["train", "test"] {
      for (name, range) in [("cat", 0..<6), ("dog", 6..<12)] {
        let classFolder = images.appendingPathComponent("\(split)/\(name)")
        try FileManager.default.createDirectory(at: classFolder, withIntermediateDirectories: true)
        for index in range { try source[index].write(to: classFolder.appendingPathComponent("\(index).png")) }
      }
    }
    try Data("not an image".utf8).write(to: images.appendingPathComponent("train/cat/broken.png"))
    let settings = [
      "data={dataset: image-folder, path: \(images.path), normalize: per-channel}", "training.batch_size=4",
      "training.steps=6", "model={layers: [flatten, linear: 2]}",
    ]
    expectMessage(try train(settings), code: 1, mentions: ["broken.png", "--skip-bad-images"])
    let skipping = try train(settings, ["--skip-bad-images"])
    #expect(skipping.exitCode == 0, "\(skipping.errors)")
    #expect(
      skipping.errors.contains(
        "warning: 1 left out: images that cannot be read (\(images.path)/train/cat/broken.png (unreadable"),
      "\(skipping.errors)")
    // A folder that only --data named is in the checkpoint too.
    let run = folder.path("of-data")
    let elsewhere = ["data={dataset: image-folder, normalize: per-channel}"] + settings.dropFirst()
    let trained = try train(elsewhere, ["--skip-bad-images", "--data", images.path, "--run-dir", run])
    #expect(trained.exitCode == 0, "\(trained.errors)")
    let report = try String(contentsOfFile: run + "/data-report.json", encoding: .utf8)
    #expect(report.contains(#""left_out":[{"path":"\#(images.path)/train/cat/broken.png","reason":"#), "\(report)")
    #expect(try Lockstep.run(["evaluate", run]).exitCode == 0)
    #expect(try Lockstep.run(["evaluate", run, "--data", images.path]).exitCode == 0)
  }

  @Test("unknown commands and options end with 2 and a hint")
  func wrongUse() throws {
    #expect(try Lockstep.run(["trian"]).exitCode == 2)
    #expect(try Lockstep.run(["train"]).exitCode == 2)
    #expect(try Lockstep.run(["train", config, "--worker", "2"]).exitCode == 2)
    #expect(try Lockstep.run(["train", config, "-q", "-v"]).exitCode == 2)
    #expect(try Lockstep.run(["evaluate", folder.path("no-run")]).exitCode == 2)
  }
}
