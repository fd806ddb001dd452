import Foundation
import Testing

@testable import lockstep

/// Predictions of each sample that an evaluation is made of.
@Suite(.serialized, .takingTurns) struct PredictionFileTests {
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func objects(_ path: String) throws -> [[String: Any]] {
    try text(path).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func train(_ configuration: String, steps: Int) throws -> (folder: TemporaryFolder, run: String) {
    let (folder, config, run) = try SmallRun.files(configuration)
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q", "--set", "training.steps=\(steps)"])
    try #require(result.exitCode == 0, "\(result.errors)")
    return (folder, run)
  }

  private func report(_ run: String, _ arguments: [String]) throws -> [String: Any] {
    let result = try Lockstep.run(["evaluate", run, "--json"] + arguments)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  /// The same bytes on several workers and on ranks.
  private func expectEqual(_ run: String, _ split: String, in folder: TemporaryFolder, suffix: String) throws {
    let expected = try text(folder.path("one.\(suffix)"))
    for workers in ["2", "3"] {
      let path = folder.path("\(workers).\(suffix)")
      let plain = try report(run, ["--split", split])
      let result = try report(run, ["--split", split, "--predictions", path, "--workers", workers])
      #expect(result["loss"] as? Double == plain["loss"] as? Double)
      #expect(try text(path) == expected)
    }
    let path = folder.path("ranks.\(suffix)")
    let ranks = try Lockstep.runRanks(2, ["evaluate", run, "--split", split, "--predictions", path])
    #expect(try ranks.exitCode == 0 && text(path) == expected, "\(ranks.errors)")
  }

  @Test("images: file, classes, probabilities and a loss whose mean is the split's")
  func images() throws {
    let photos = try PhotoRun()
    let csv = photos.folder.path("one.csv")
    let loss = try #require(try report(photos.run, ["--split", "test", "--predictions", csv])["loss"] as? Double)
    let content = try text(csv)
    #expect(content.hasPrefix("sample,file,class,predicted,\"a \"\"cat\"\"\",\"dog, big\",loss\n"), "\(content)")
    let rows = PhotoRun.rows(content.replacing("\"\"", with: "")).dropFirst()
    #expect(rows.map { $0[0] } == (0..<12).map { "\($0)" })
    // Samples go round the classes.
    #expect(rows.map { $0[2] } == (0..<12).map { $0 % 2 == 0 ? "a cat" : "dog, big" })
    #expect(rows.allSatisfy { $0[1].contains("images/test/") && $0[1].hasSuffix(".png") })
    for row in rows {
      let truth = try #require(Double(row[row[2] == "a cat" ? 4 : 5]))
      #expect(try abs(#require(Double(row[6])) + log(truth)) < 1e-5, "\(row)")
    }
    #expect(abs(rows.compactMap { Double($0[6]) }.reduce(0, +) / 12 - loss) < 1e-6)
    try expectEqual(photos.run, "test", in: photos.folder, suffix: "csv")
  }

  @Test("texts with a class: no file, and class weights do not change a sample's own loss")
  func labelledTexts() throws {
    let (folder, run) = try train(SmallRun.classification, steps: 20)
    let path = folder.path("one.jsonl")
    let report = try report(run, ["--split", "validation", "--predictions", path])
    let samples = try objects(path)
    #expect(samples.count == report["samples"] as? Int && samples.allSatisfy { $0["file"] is NSNull })
    let right = samples.count { $0["class"] as? String == $0["predicted"] as? String }
    #expect(try abs(#require(report["accuracy"] as? Double) - Double(right) / Double(samples.count)) < 1e-12)
    for sample in samples {
      let probabilities = try #require(sample["probabilities"] as? [String: Double])
      #expect(probabilities.count == 4 && abs(probabilities.values.reduce(0, +) - 1) < 1e-9)
      let name = try #require(sample["class"] as? String)
      // Label smoothing 0.05 over the other three classes.
      let targets = probabilities.map { ($0.key == name ? 0.95 : 0.05 / 3) * log($0.value) }
      #expect(try abs(#require(sample["loss"] as? Double) + targets.reduce(0, +)) < 1e-4)
    }
    try expectEqual(run, "validation", in: folder, suffix: "jsonl")
  }

  @Test("a text: a row for each window, the last one shorter")
  func windows() throws {
    let (folder, run) = try train(SmallRun.recurrent, steps: 2)
    let path = folder.path("one.csv")
    let report = try report(run, ["--split", "validation", "--predictions", path])
    let rows = PhotoRun.rows(try text(path))
    #expect(rows[0] == ["sample", "position", "tokens", "correct", "loss"])
    let numbers = rows.dropFirst().map { row in row.compactMap { Double($0) } }
    #expect(
      numbers.allSatisfy { $0.count == 5 }
        && numbers.map { $0[1] } == numbers.indices.map { Double(20 * ($0 - numbers.startIndex)) })
    let tokens = numbers.reduce(0) { $0 + $1[2] }
    #expect(Int(tokens) == report["samples"] as? Int)
    #expect(try abs(numbers.reduce(0) { $0 + $1[2] * $1[4] } / tokens - #require(report["loss"] as? Double)) < 1e-6)
    #expect(try abs(numbers.reduce(0) { $0 + $1[3] } / tokens - #require(report["accuracy"] as? Double)) < 1e-12)
    try expectEqual(run, "validation", in: folder, suffix: "csv")
  }

  @Test("another suffix is refused before anything is read; a folder that does not exist before anything is computed")
  func wrongNames() throws {
    for name in ["out.txt", "csv", "out.csv.gz", "out"] {
      let result = try Lockstep.run(["evaluate", "no-run", "--predictions", name])
      #expect(
        result.exitCode == 2
          && result.errors.contains(
            "--predictions \(name): the suffix decides the format; give a name that ends with .csv or .jsonl"),
        "\(result.errors)")
    }
    let photos = try PhotoRun()
    let missing = try Lockstep.run(["evaluate", photos.run, "--predictions", photos.folder.path("no/out.csv")])
    #expect(missing.exitCode == 2 && missing.errors.contains("choose a folder that exists"), "\(missing.errors)")
  }
}
