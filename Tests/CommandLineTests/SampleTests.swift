import Foundation
import Testing

/// Samples of language models while they train, and statistics of their text.
@Suite(.serialized, .takingTurns) struct SampleTests {
  private static let settings = "samples={at: [0, 7], every_steps: 20, length: 30, prompt: 'It is', temperature: 0.7}"

  private func train(
    _ configuration: String, in folder: TemporaryFolder, to run: String, _ settings: [String] = [],
    options: [String] = ["-q"]
  ) throws -> ProcessResult {
    let config = try folder.write(configuration, to: "samples.yaml")
    return try Lockstep.run(
      ["train", config, "--run-dir", folder.path(run)] + settings.flatMap { ["--set", $0] } + options)
  }

  /// Each line of `samples.jsonl`.
  private func samples(in run: String, _ folder: TemporaryFolder) throws -> [(step: Int, text: String)] {
    try String(contentsOfFile: folder.path(run) + "/samples.jsonl", encoding: .utf8).split(separator: "\n").map {
      line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (try #require(object?["step"] as? Int), try #require(object?["text"] as? String))
    }
  }

  @Test("samples change no weights, and are the same for any number of workers", arguments: [true, false])
  func samplesChangeNothing(transformer: Bool) throws {
    let folder = try TemporaryFolder()
    let configuration = transformer ? SmallRun.transformer : SmallRun.recurrent
    let plain = try train(configuration, in: folder, to: "plain")
    #expect(plain.exitCode == 0, "\(plain.errors)")
    let sampled = try train(configuration, in: folder, to: "sampled", [Self.settings], options: [])
    #expect(sampled.exitCode == 0 && sampled.output.contains("--- sample after step 40"), "\(sampled.errors)")
    #expect(try SmallRun.digest(of: folder.path("sampled")) == SmallRun.digest(of: folder.path("plain")))
    #expect(!FileManager.default.fileExists(atPath: folder.path("plain") + "/samples.jsonl"))
    let written = try samples(in: "sampled", folder)
    #expect(written.map(\.step) == [0, 7, 20, 40, 60])
    #expect(written.allSatisfy { $0.text.hasPrefix("It is") && $0.text.count > 10 })
    #expect(Set(written.map(\.text)).count == 5)

    let two = try train(configuration, in: folder, to: "two", [Self.settings], options: ["-q", "--workers", "2"])
    #expect(two.exitCode == 0, "\(two.errors)")
    #expect(try samples(in: "two", folder).map(\.text) == written.map(\.text))

    let ranks = try Lockstep.runRanks(
      2, ["train", folder.path("samples.yaml"), "--run-dir", folder.path("ranks"), "--set", Self.settings])
    #expect(ranks.exitCode == 0, "\(ranks.errors)")
    #expect(try samples(in: "ranks", folder).map(\.text) == written.map(\.text))
    #expect(try SmallRun.digest(of: folder.path("ranks")) == SmallRun.digest(of: folder.path("plain")))
    #expect(ranks.output.components(separatedBy: "--- sample after step 40").count == 2)
  }

  @Test("a run that stops and goes on writes the same samples, smoothed losses among its metrics")
  func samplesOfAResumedRun() throws {
    let folder = try TemporaryFolder()
    #expect(try train(SmallRun.recurrent, in: folder, to: "whole", [Self.settings]).exitCode == 0)
    #expect(try train(SmallRun.recurrent, in: folder, to: "parts", [Self.settings, "training.steps=23"]).exitCode == 0)
    let parts = try train(SmallRun.recurrent, in: folder, to: "parts", [Self.settings])
    #expect(parts.exitCode == 0, "\(parts.errors)")
    #expect(try samples(in: "parts", folder).map(\.step) == [0, 7, 20, 40, 60])
    #expect(try samples(in: "parts", folder).map(\.text) == samples(in: "whole", folder).map(\.text))
    let ends = try ["whole", "parts"].map { try SmallRun.summary(of: folder.path($0))["smoothed_loss"] as? Double }
    #expect(ends[0] != nil && ends[0] == ends[1])
    #expect(try SmallRun.metrics(of: folder.path("whole")).contains { $0.contains("\"smoothed_loss\"") })
  }

  @Test("a prompt that the model cannot read is refused before training")
  func promptsOfSamples() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "xq", count: 40)
    let result = try train(SmallRun.transformer, in: folder, to: "run", ["samples={at: [1], prompt: \(long)}"])
    #expect(result.exitCode == 2 && result.errors.contains("80 tokens"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
  }

  @Test("generate says how much of a text stands in the training split")
  func statistics() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write(String(repeating: "to be or not to be, that is\n", count: 40), to: "text.txt")
    let result = try train(
      SmallRun.recurrent, in: folder, to: "run",
      [
        "data.dataset=text", "data.path=\(text)", "data.tokenizer=characters", "data.validation=null", "data.test=0",
        "model.layers.2.linear=classes",
      ])
    #expect(result.exitCode == 0, "\(result.errors)")
    func generate(_ options: [String]) throws -> ProcessResult {
      try Lockstep.run(["generate", folder.path("run"), "--prompt", "to be or", "--length", "200"] + options)
    }
    let plain = try generate(["--statistics"])
    #expect(plain.exitCode == 0 && plain.output.contains("seen in the training split:"), "\(plain.errors)")
    // The file may have moved.
    let moved = try folder.write(String(contentsOfFile: text, encoding: .utf8), to: "moved.txt")
    try FileManager.default.removeItem(atPath: text)
    let gone = try generate(["--statistics"])
    #expect(gone.exitCode != 0 && gone.errors.contains("text.txt") && gone.output.isEmpty)
    let json = try generate(["--statistics", "--json", "--data", moved, "--samples", "2"])
    #expect(json.exitCode == 0, "\(json.errors)")
    let object = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let samples = try #require(object["samples"] as? [[String: Any]])
    #expect(samples.count == 2 && samples.allSatisfy { ($0["tokens"] as? Int) == 200 })
    #expect(plain.output.hasPrefix(try #require(samples[0]["text"] as? String)))
    let statistics = try #require(object["statistics"] as? [String: Any])
    let words = try #require(statistics["words"] as? [String: Any])
    #expect(try #require(words["count"] as? Int) > 10)
    #expect((statistics["ngrams"] as? [[String: Any]])?.map { $0["n"] as? Int } == [2, 3, 4, 5])
    let without = try generate(["--json"])
    #expect(without.output.contains("\"statistics\":null"))
  }
}
