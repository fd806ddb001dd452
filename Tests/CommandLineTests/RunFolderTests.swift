import Foundation
import Testing

/// Changes that a run makes in its folder, and its record of the data.
@Suite(.serialized, .takingTurns)
struct RunFolderTests {
  private static let configuration = """
    # mine: do not lose
    data: {dataset: synthetic, shape: [8], classes: 3, samples: 60}
    model: {architecture: mlp, hidden: [4]}
    training: {batch_size: 10, steps: 3}
    """

  private func contents(of folder: TemporaryFolder) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.url.path) {
      found[name] = (try? Data(contentsOf: folder.url.appendingPathComponent(name))) ?? Data("folder".utf8)
    }
    return found
  }

  private func run(_ arguments: [String], in directory: URL) throws -> ProcessResult {
    try ChildProcess(Build.lockstep, arguments, directory: directory).wait()
  }

  @Test("a folder of the user's with a run's names: refused with 2, and left as it was")
  func foreignFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.configuration, to: "config.yaml")
    for name in ["metrics.jsonl", "samples.jsonl", "summary.json", "thesis.partial", ".notes.partial"] {
      try folder.write("mine", to: name)
    }
    let before = try contents(of: folder)
    for more in [[], ["--resume", "never"], ["--max-restarts", "1"]] {
      let result = try run(["train", "config.yaml", "--run-dir", ".", "-q"] + more, in: folder.url)
      #expect(result.exitCode == 2 && result.errors.contains("config.yaml, metrics.jsonl"), "\(result.errors)")
      #expect(try contents(of: folder) == before)
    }
  }

  @Test("a folder with other files: the run leaves them alone; a refused one leaves nothing behind")
  func unrelatedFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.configuration, to: "mine.yaml")
    try folder.write("mine", to: "thesis.partial")
    try folder.write("mine", to: ".notes.partial")
    let before = try contents(of: folder)
    let refused = try run(["train", "mine.yaml", "--run-dir", ".", "--resume", "never", "-q"], in: folder.url)
    #expect(refused.exitCode == 2, "\(refused.errors)")
    #expect(try contents(of: folder) == before)
    for steps in [3, 6] {
      let result = try run(
        ["train", "mine.yaml", "--run-dir", ".", "-q", "--set", "training.steps=\(steps)"], in: folder.url)
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    #expect(try SmallRun.summary(of: folder.url.path)["steps"] as? Int == 6)
    let after = try contents(of: folder)
    for (name, text) in before { #expect(after[name] == text, "\(name)") }
  }

  @Test("a run goes on from its own config.yaml; a configuration that a link puts there is refused")
  func ownConfiguration() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.configuration, to: "mine.yaml")
    #expect(try run(["train", "mine.yaml", "--run-dir", "run", "-q"], in: folder.url).exitCode == 0)
    let again = try run(
      ["train", "run/config.yaml", "--run-dir", "run", "-q", "--set", "training.steps=5"], in: folder.url)
    #expect(again.exitCode == 0, "\(again.errors)")
    unlink(folder.path("run/config.yaml"))
    symlink("../mine.yaml", folder.path("run/config.yaml"))
    let linked = try run(["train", "mine.yaml", "--run-dir", "run", "-q"], in: folder.url)
    #expect(linked.exitCode == 2 && linked.errors.contains("config.yaml"), "\(linked.errors)")
    #expect(try String(contentsOfFile: folder.path("mine.yaml"), encoding: .utf8) == Self.configuration)
  }

  /// Lines of which the label can be learned at once, or of which no label follows from the text.
  private func lines(_ isClear: Bool) -> String {
    (0..<60).map { "\($0 % 2 == 0 ? "aaa" : "bbb")\t\((isClear ? $0 : $0 / 2) % 2)\n" }.joined()
  }

  @Test("the record says which data were used, and evaluate finds them from every folder")
  func locationOfTheData() throws {
    let folder = try TemporaryFolder()
    for (name, isClear) in [("a", true), ("b", false)] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
      try folder.write(lines(isClear), to: "\(name)/lines.tsv")
      try folder.write(lines(isClear), to: "\(name)/test.tsv")
    }
    try folder.write(
      """
      data: {dataset: labelled-text, path: ./a/lines.tsv, test_file: test.tsv}
      model: {layers: [embedding: {width: 4}, lstm: {size: 4, last: true}, linear: 2]}
      training: {batch_size: 10, steps: 4}
      """, to: "c.yaml")
    var digests: [String] = []
    for (name, more) in [("a", []), ("b", ["--data", "b/lines.tsv"])] {
      let runFolder = folder.path("run-\(name)")
      let trained = try run(["train", "c.yaml", "--run-dir", runFolder, "-q"] + more, in: folder.url)
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let record = try String(contentsOfFile: runFolder + "/config.yaml", encoding: .utf8)
      #expect(record.contains(folder.path("\(name)/lines.tsv")), "\(record)")
      let summary = try SmallRun.summary(of: runFolder)
      digests.append(summary["weights_sha256"] as? String ?? "")
      let evaluated = try run(["evaluate", runFolder, "--json"], in: URL(fileURLWithPath: "/"))
      #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
      let result = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
      #expect(result?["accuracy"] as? Double == summary["test_accuracy"] as? Double)
      #expect(result?["loss"] as? Double == summary["test_loss"] as? Double)
    }
    #expect(digests[0] != digests[1])
    // Data that moved are found by --data, and going on with them gives the same weights.
    try FileManager.default.moveItem(atPath: folder.path("a"), toPath: folder.path("moved"))
    let missing = try run(["evaluate", folder.path("run-a")], in: folder.url)
    #expect(missing.exitCode == 2 && missing.errors.contains("--data"), "\(missing.errors)")
    let moved = try run(["evaluate", folder.path("run-a"), "--data", "moved/lines.tsv"], in: folder.url)
    #expect(moved.exitCode == 0, "\(moved.errors)")
    let resumed = try run(
      ["train", "c.yaml", "--run-dir", folder.path("run-a"), "-q", "--data", "moved/lines.tsv"], in: folder.url)
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try SmallRun.digest(of: folder.path("run-a")) == digests[0])
    let other = try run(
      ["train", "c.yaml", "--run-dir", folder.path("run-a"), "-q", "--data", "b/lines.tsv"], in: folder.url)
    #expect(other.exitCode == 2, "\(other.errors)")
  }

  @Test("runs that start in the same second have a folder each, and a refused run leaves none")
  func sameSecond() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.configuration, to: "mine.yaml")
    let children = try (0..<4).map { number in
      try ChildProcess(
        Build.lockstep, ["train", "mine.yaml", "-q", "--max-restarts", number < 2 ? "0" : "1"], directory: folder.url)
    }
    for child in children {
      let result = try child.wait()
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    func runs() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path("runs")) }
    let made = try runs()
    #expect(made.count == 4, "\(made)")
    for name in made { #expect(try SmallRun.summary(of: folder.path("runs/\(name)"))["steps"] as? Int == 3) }
    let nowhere = folder.path("nowhere.safetensors")
    for restarts in ["0", "1"] {
      let refused = try run(
        ["train", "mine.yaml", "-q", "--resume", nowhere, "--max-restarts", restarts], in: folder.url)
      #expect(refused.exitCode == 2 && refused.errors.contains("nowhere"), "\(refused.errors)")
    }
    #expect(try Set(runs()) == Set(made))
  }

  @Test("evaluate while a run replaces its checkpoints")
  func evaluatingMeanwhile() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.configuration, to: "mine.yaml")
    let path = folder.path("run")
    let child = try Lockstep.start([
      "train", config, "--run-dir", path, "-q", "--set", "training.steps=1000000", "--set", "checkpoint.every_steps=1",
      "--set", "checkpoint.keep=1", "--set", "evaluation.every_epochs=null",
    ])
    defer { child.send(SIGKILL) }
    try child.waitUntil("a checkpoint") {
      !((try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []).filter {
        $0.hasPrefix("step-")
      }.isEmpty
    }
    for _ in 0..<15 {
      let result = try Lockstep.run(["evaluate", path])
      #expect(result.exitCode == 0, "\(result.errors)")
    }
  }
}
