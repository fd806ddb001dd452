import Foundation
import Testing

/// `lockstep compare`.
@Suite(.serialized, .takingTurns)
struct CompareTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let configuration = """
    data: {dataset: synthetic, shape: [8], classes: 3, samples: 60, validation: 20}
    model: {architecture: mlp, hidden: [4]}
    training: {batch_size: 10, steps: 12, shards: 2}
    evaluation: {every_steps: 4}
    logging: {every_steps: 2}
    """

  private func train(_ name: String, _ settings: [String] = []) throws {
    let config = try folder.write(Self.configuration, to: "mine.yaml")
    let result = try Lockstep.run(
      ["train", config, "-q", "--run-dir", folder.path(name)] + settings.flatMap { ["--set", $0] })
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  private func compare(_ arguments: [String]) throws -> ProcessResult {
    try ChildProcess(Build.lockstep, ["compare"] + arguments, directory: folder.url).wait()
  }

  /// The cells of a table's row.
  private func cells(_ label: String, _ result: ProcessResult) -> [String]? {
    result.lines.first { $0.hasPrefix(label + "  ") }?.dropFirst(label.count).split(separator: "  ").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  @Test("a table of settings that differ and of results, and a picture of both runs")
  func table() throws {
    try train("one")
    try train("two", ["optimizer.momentum=0.5", "training.steps=20"])
    let result = try compare(["one", "two/"])
    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result)")
    #expect(result.lines.first?.split(separator: " ") == ["one", "two"])
    #expect(cells("training.steps", result) == ["12", "20"], "\(result.output)")
    #expect(cells("optimizer.momentum", result)?.last == "0.5")
    #expect(!result.output.contains("training.shards"))
    let summaries = try ["one", "two"].map { try SmallRun.summary(of: folder.path($0)) }
    let losses = summaries.map { String(format: "%.4f", $0["validation_loss"] as? Double ?? .nan) }
    #expect(cells("validation loss", result) == losses)
    #expect(cells("state", result) == ["done", "done"] && cells("steps", result) == ["12", "20"])
    #expect(cells("weights", result) == summaries.map { String(($0["weights_sha256"] as? String ?? "").prefix(12)) })
    #expect(result.output.hasSuffix("curves: curves-compare.svg\n"))
    let picture = try String(contentsOfFile: folder.path("curves-compare.svg"), encoding: .utf8)
    for text in [">one<", ">two<", "c0 strong", "c1 strong", "c1 dashed", ">epoch<"] {
      #expect(picture.contains(text), "\(text)")
    }
    #expect(try compare(["one", "one"]).output.contains("no settings differ"))
  }

  @Test("one JSON object, and a picture only where --out says")
  func json() throws {
    try train("one")
    try train("two", ["model.hidden=[5]"])
    let result = try compare(["one", "two", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect(
      runs.map { $0["run"] as? String } == ["one", "two"] && runs.allSatisfy { $0["state"] as? String == "done" })
    #expect(runs[1]["steps"] as? Int == 12 && runs[1]["validation_accuracy"] is Double)
    let differences = try #require(object["differences"] as? [[String: Any]])
    #expect(differences.map { $0["setting"] as? String } == ["model.hidden"])
    #expect(differences.first?["values"] as? [String] == ["[4]", "[5]"])
    #expect(object["curves"] is NSNull && !FileManager.default.fileExists(atPath: folder.path("curves-compare.svg")))
    let drawn = try compare(["one", "two", "--json", "--out", "both.svg"])
    #expect(drawn.output.contains("\"curves\":\"both.svg\""), "\(drawn)")
    #expect(FileManager.default.fileExists(atPath: folder.path("both.svg")))
  }

  @Test("an unfinished run shows its latest values, and damaged files are one line each")
  func damaged() throws {
    try train("one")
    try train("two")
    for name in ["summary.json", "end.json"] { try FileManager.default.removeItem(atPath: folder.path("two/" + name)) }
    let half = try compare(["one", "two"])
    #expect(half.exitCode == 0 && half.errors.isEmpty, "\(half)")
    #expect(cells("state", half) == ["done", "unfinished"] && cells("steps", half) == ["12", "12"])
    #expect(cells("workers", half) == ["1", "-"], "\(half.output)")
    let losses = cells("validation loss", half)
    #expect(losses?[0] == losses?[1])

    try folder.write("{\"steps\": 12", to: "one/summary.json")
    try folder.write("[]", to: "one/end.json")
    try folder.write("model: 7\nnonsense: 1\n", to: "one/config.yaml")
    try folder.write(
      "{\"step\":1,\"split\":\"train\",\"loss\":2}\nno record\n{\"step\":2,\"spl", to: "one/metrics.jsonl")
    let result = try compare(["one", "two"])
    #expect(result.exitCode == 0, "\(result)")
    let warnings = result.errors.split(separator: "\n")
    #expect(warnings.count == 4 && warnings.allSatisfy { $0.hasPrefix("warning: one/") }, "\(result.errors)")
    for file in ["config.yaml", "summary.json", "end.json", "metrics.jsonl: 1 line cannot be read"] {
      #expect(result.errors.contains("one/\(file)"), "\(file)")
    }
    #expect(cells("training loss", result)?.first == "2.0000", "\(result.output)")

    unlink(folder.path("one/metrics.jsonl"))
    let empty = try compare(["one"])
    #expect(empty.exitCode == 0 && empty.output.hasSuffix("no curves: no step of these runs is recorded\n"), "\(empty)")
  }

  @Test("paths that are no run folders, and pictures that cannot be written, end with one line")
  func mistakes() throws {
    try train("one")
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    for (arguments, message, code) in [
      (["one", "none"], "none: no such folder; ", 2),
      (["one/config.yaml"], "one/config.yaml: a file, where a run folder is required; ", 2),
      (["empty"], "empty: no run folder: ", 2),
      (["one", "--out", "none/x.svg"], "none/x.svg: cannot create the file: No such file or directory", 1),
    ] {
      let result = try compare(arguments)
      #expect(result.exitCode == Int32(code) && result.output.isEmpty, "\(result)")
      #expect(
        result.errors.hasPrefix("error: \(message)") && result.errors.filter { $0 == "\n" }.count == 1,
        "\(result.errors)")
    }
    let other = try compare(["one", "--out", "one/config.yaml"])
    #expect(other.exitCode == 2 && other.errors.contains("requires a name that ends in .svg"), "\(other)")
  }

  @Test("on a terminal, runs that do not fit beside one another stand below")
  func narrow() throws {
    try train("one")
    let copies = (0..<9).map { "a-long-name-of-a-run-\($0)" }
    for name in copies { try FileManager.default.copyItem(atPath: folder.path("one"), toPath: folder.path(name)) }
    let bytes = try PseudoTerminal.output(
      of: Build.lockstep,
      ["compare"] + copies.map { folder.path($0) } + ["--out", folder.path("all.svg")],
      environment: ["LC_ALL": "C.UTF-8"])
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n").filter { !$0.contains("curves:") }
    #expect(lines.filter { $0.hasPrefix("state ") }.count > 1 && lines.allSatisfy { $0.count < 80 }, "\(lines)")
    #expect(copies.allSatisfy { name in lines.contains { $0.contains(name) } })
  }
}
