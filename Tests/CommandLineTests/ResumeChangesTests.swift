import Foundation
import Testing

/// Differences from the checkpoint that a resume allows, and messages about others.
@Suite(.serialized, .takingTurns)
struct ResumeChangesTests {
  private let folder: TemporaryFolder
  private let config: String
  private let run: String

  init() throws { (folder, config, run) = try SmallRun.files() }

  /// Starts the run, or goes on with it, with these overrides and more arguments.
  private func train(_ overrides: [String], _ more: [String] = [], runFolder: String? = nil) throws -> ProcessResult {
    let sets = overrides.flatMap { ["--set", $0] }
    return try Lockstep.run(["train", config, "-q", "--run-dir", runFolder ?? run] + sets + more)
  }

  private func expectRefusal(
    _ result: ProcessResult, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.exitCode == 2, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words {
      #expect(result.errors.contains(word), "no '\(word)' in: \(result.errors)", sourceLocation: sourceLocation)
    }
  }

  @Test("a resume with another batch size or model is refused with the difference")
  func anotherConfiguration() throws {
    #expect(try train(["training.steps=20"]).exitCode == 0)
    let other = try train(["training.batch_size=40"])
    expectRefusal(other, ["training.batch_size", "30", "40"])
    let model = try train(["model.layers.0.conv.filters=5"])
    expectRefusal(model, ["model.layers"])
  }

  @Test("a resume with other shards is refused with the difference, unless they are as many as before")
  func otherShards() throws {
    #expect(try train(["training.steps=20"]).exitCode == 0)
    expectRefusal(
      try train(["training.shards=8"]), ["another configuration", "training.shards: 4 → 8"])
    expectRefusal(
      try train(["training.shards=null"], ["--workers", "2"]),
      ["another configuration", "training.shards: 4 → 2, one for each worker"])
    let equal = try train(
      ["training.shards=null", "training.steps=30"], ["--workers", "4"])
    #expect(equal.exitCode == 0, "\(equal.errors)")
    // Now the checkpoint's side is the one that is not set.
    expectRefusal(
      try train(["training.shards=8", "training.steps=40"]), ["training.shards: 4, one for each worker → 8"])
    expectRefusal(
      try train(["training.shards=null", "training.steps=40"], ["--workers", "3"]),
      ["trained with 4 shards", "resume with 4 workers"])
    let set = try train(["training.steps=40"])
    #expect(set.exitCode == 0, "\(set.errors)")
  }

  @Test("--continue trains the rest with other settings, says them, and the run folder goes on with them")
  func continued() throws {
    #expect(try train(["training.steps=20"]).exitCode == 0)
    expectRefusal(try train(["schedule.max=0.003", "training.steps=30"]), ["schedule.max: ", "add --continue"])
    expectRefusal(try train([], ["--continue", "--resume", "never"]), ["--continue requires a run to resume"])
    let changes = ["--set", "schedule.max=0.003", "--set", "training.steps=30"]
    let result = try Lockstep.run(["train", run, "--continue"] + changes)
    #expect(result.exitCode == 0, "\(result.errors)")
    let text = result.lines.joined(separator: "\n")
    #expect(text.contains("after step 20 of 30, from here on with other settings:\n  schedule.max: "), "\(text)")
    #expect(text.contains("→ 0.003\n  the schedule begins at this step"), "\(text)")
    let summary = try SmallRun.summary(of: run)
    #expect((summary["history"] as? [[String: Any]])?.first?["step"] as? Int == 20)
    #expect(summary["learning_rate"] as? Double == 0.003)
    for key in ["weight_decay", "l2", "batch_size", "seed", "date", "version", "processor"] {
      #expect(summary[key] != nil, "summary.json has no \(key)")
    }
    let more = try Lockstep.run(["train", run, "--set", "training.steps=40"])
    #expect(more.exitCode == 0, "\(more.errors)")
    #expect(!more.output.contains("other settings"))
    let table = try Lockstep.run(["compare", run, "--out", folder.path("curves.svg")])
    #expect(table.output.contains("continued after step") && table.output.contains("processor"), "\(table.output)")
  }

  @Test("a resume to a length that is already passed is refused, and the folder left as it is")
  func shorterRun() throws {
    #expect(try train(["training.steps=20"]).exitCode == 0)
    let summary = try SmallRun.digest(of: run)
    expectRefusal(
      try train(["training.steps=10"]), ["after step 20", "step 10"])
    #expect(try SmallRun.digest(of: run) == summary)
  }

  @Test(
    "a longer run under a schedule over the whole run has earlier rates of the shorter one: said once",
    arguments: [("{kind: cosine, rate: 0.05}", 1), ("{kind: step, rate: 0.05, every: 5}", 0)])
  func otherLength(schedule: String, warnings: Int) throws {
    func warned(_ length: String) throws -> Int {
      let result = try train(["schedule=\(schedule)", "training.steps=null", length])
      #expect(result.exitCode == 0, "\(result.errors)")
      return result.errors.components(separatedBy: "the learning rates up to step 17").count - 1
    }
    // An epoch has 17 steps: 490 samples in batches of 30.
    #expect(try warned("training.epochs=1") == 0)
    #expect(try warned("training.steps=17") == 0)
    #expect(try warned("training.epochs=2") == warnings)
    #expect(try warned("training.steps=34") == 0)
  }

  @Test(
    "data may lie elsewhere on a resume if they are the same, also where no normaliser tells",
    arguments: ["none", "per-pixel"])
  func dataElsewhere(normalize: String) throws {
    let reference = folder.path("reference")
    let same = try train(["training.steps=20", "data.normalize=\(normalize)"], runFolder: reference)
    #expect(same.exitCode == 0, "\(same.errors)")
    func trainOn(_ data: String, steps: Int) throws -> ProcessResult {
      try train(["training.steps=\(steps)", "data.normalize=\(normalize)", "data.path=\(folder.path(data))"])
    }
    /// The bundled files with some bytes of one of them changed.
    func copy(_ name: String, changing file: String? = nil) throws {
      let bundled = Build.packageRoot.appendingPathComponent("Sources/DataPipeline/Resources/mnist-5k")
      try FileManager.default.copyItem(at: bundled, to: folder.url.appendingPathComponent(name))
      guard let file else { return }
      let plain = folder.path("\(name)/\(file)")
      let unpacked = try ChildProcess("/bin/sh", ["-c", "gzip -d \"$0\"", plain + ".gz"]).wait()
      try #require(unpacked.exitCode == 0, "\(unpacked.errors)")
      var bytes = try Data(contentsOf: URL(fileURLWithPath: plain))
      for position in 16..<bytes.count { bytes[position] = bytes[position] < 9 ? bytes[position] + 1 : 0 }
      try bytes.write(to: URL(fileURLWithPath: plain))
    }
    try copy("here")
    try copy("there")
    try copy("labels", changing: "train-labels-idx1-ubyte")
    try copy("pixels", changing: "train-images-idx3-ubyte")
    #expect(try trainOn("here", steps: 10).exitCode == 0)
    for other in ["labels", "pixels"] {
      let refused = try trainOn(other, steps: 20)
      expectRefusal(refused, ["training data are not those"])
    }
    let resumed = try trainOn("there", steps: 20)
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference))
  }
}
