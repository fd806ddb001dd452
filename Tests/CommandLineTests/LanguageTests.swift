import Foundation
import Testing

/// Models of text from the command line: training, measuring, writing, and what is wrong use of them.
@Suite(.serialized, .takingTurns) struct LanguageTests {

  private func trained(
    _ configuration: String, in folder: TemporaryFolder, _ settings: [String] = []
  ) throws -> String {
    let config = try folder.write(configuration, to: "language.yaml")
    let run = folder.path("run-\(UUID().uuidString)")
    let result = try Lockstep.run(
      ["train", config, "--run-dir", run, "-q"] + settings.flatMap { ["--set", $0] })
    try #require(result.exitCode == 0, "\(result.errors)")
    return run
  }

  @Test(
    "the same seed writes the same text, also past the context; another seed another",
    arguments: [SmallRun.transformer, SmallRun.recurrent, SmallRun.listed])
  func writing(configuration: String) throws {
    let folder = try TemporaryFolder()
    let run = try trained(configuration, in: folder)
    func text(_ options: [String]) throws -> String {
      let result = try Lockstep.run(["generate", run, "--prompt", "It is", "--length", "60"] + options)
      #expect(result.exitCode == 0, "\(result.errors)")
      return result.output
    }
    let first = try text(["--seed", "5"])
    #expect(first.hasPrefix("It is") && first.utf8.count > 40)
    #expect(try text(["--seed", "5"]) == first)
    #expect(try text(["--seed", "6"]) != first)
    let greedy = try text(["--temperature", "0", "--seed", "5"])
    #expect(try text(["--temperature", "0", "--seed", "6"]) == greedy)
    #expect(try text(["--top-k", "1", "--seed", "7"]) == greedy)
    #expect(try text(["--samples", "2", "--seed", "5"]).contains(first.trimmingCharacters(in: .newlines)))
  }

  @Test("evaluate gives perplexity and bits a byte of a text")
  func measuring() throws {
    let folder = try TemporaryFolder()
    let run = try trained(SmallRun.recurrent, in: folder)
    let result = try Lockstep.run(["evaluate", run, "--split", "validation", "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
    let loss = try #require(object["loss"] as? Double)
    #expect(try abs(#require(object["perplexity"] as? Double) - exp(loss)) < 1e-6 * exp(loss))
    // A byte a token; the novel is not all ASCII.
    let bits = try #require(object["bits_per_byte"] as? Double)
    #expect(abs(bits - loss / log(2)) < 1e-9 * bits)
    #expect(try #require(object["bits_per_character"] as? Double) >= bits)
    #expect(try Lockstep.run(["evaluate", run, "--split", "validation"]).output.contains("bits a character"))
    #expect(object["confusion_matrix"] as? [[Int]] == [])
    #expect(try Lockstep.run(["evaluate", run, "--split", "validation"]).output.contains("perplexity"))
  }

  @Test("perplexity and bits are those of the text, whatever the loss that was trained")
  func perplexityOfOtherLosses() throws {
    let folder = try TemporaryFolder()
    // At a rate of nothing the weights stay what the seed makes them, so both models are the same.
    func measured(_ settings: [String]) throws -> [String: Double] {
      let run = try trained(SmallRun.recurrent, in: folder, ["training.steps=1", "schedule.rate=1e-30"] + settings)
      let result = try Lockstep.run(["evaluate", run, "--split", "validation", "--json"])
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
      return object.compactMapValues { $0 as? Double }
    }
    let (plain, smoothed) = (try measured([]), try measured(["loss.label_smoothing=0.5"]))
    #expect(plain["loss"] != nil && plain["loss"] != smoothed["loss"])
    for name in ["perplexity", "bits_per_byte", "bits_per_character"] {
      let expected = try #require(plain[name])
      #expect(abs(try #require(smoothed[name]) - expected) < 1e-6 * expected)
    }
  }

  @Test("prompts that a model cannot read end with one line")
  func prompts() throws {
    let folder = try TemporaryFolder()
    let transformer = try trained(SmallRun.transformer, in: folder)
    let long = try Lockstep.run(["generate", transformer, "--prompt", String(repeating: "xq", count: 40)])
    #expect(long.exitCode == 2 && long.errors.contains("80 tokens") && long.errors.contains("24"))
    let negative = try Lockstep.run(["generate", transformer, "--temperature", "-1"])
    #expect(negative.exitCode == 2 && negative.errors.contains("--temperature -1"))

    let path = try folder.write(String(repeating: "to be or not to be\n", count: 40), to: "text.txt")
    let characters = try trained(
      SmallRun.recurrent, in: folder,
      [
        "data.dataset=text", "data.path=\(path)", "data.tokenizer=characters", "data.validation=null", "data.test=0",
        "model.layers.2.linear=classes", "training.steps=3",
      ])
    let unseen = try Lockstep.run(["generate", characters, "--prompt", "to bee Ω"])
    #expect(unseen.exitCode == 2 && unseen.errors.contains("Ω") && unseen.errors.contains("the prompt"))
    #expect(unseen.output.isEmpty)
  }

  @Test(
    "texts that cannot be trained on end with one line",
    arguments: [
      ("short", ["data.window=800"], "window"),
      ("short", ["training.batch_size=20"], "do not divide over 8 shards"),
      ("short", ["training.batch_size=2147483647", "data.window=200000"], "too many for a batch"),
      ("short", ["model.layers.2.linear=7"], "8 tokens"),
      ("short", ["model.layers.0.embedding={width: 4, vocabulary: 5}"], "vocabulary of 5"),
      ("short", ["model.layers.1.lstm.bidirectional=true"], "both directions"),
      ("latin", [], "UTF-8"),
      ("missing", [], "no such file"),
    ])
  func wrongTexts(text: String, settings: [String], expected: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text.txt")
    if text == "short" {
      try Data(String(repeating: "to be or not to be\n", count: 40).utf8).write(to: URL(fileURLWithPath: path))
    } else if text == "latin" {
      try Data([0x61, 0x62, 0xE9, 0x20, 0x61]).write(to: URL(fileURLWithPath: path))
    }
    let config = try folder.write(SmallRun.recurrent, to: "language.yaml")
    let all =
      [
        "data.dataset=text", "data.path=\(path)", "data.tokenizer=characters", "data.validation=null", "data.test=0",
        "model.layers.2.linear=classes",
      ] + settings
    let result = try Lockstep.run(
      ["train", config, "--run-dir", folder.path("run"), "-q"] + all.flatMap { ["--set", $0] })
    #expect(text == "missing" ? result.exitCode == 2 : result.exitCode != 0, "\(result.errors)")
    #expect(result.errors.lowercased().contains(expected.lowercased()), "\(result.errors)")
  }

  @Test("the diagnosis of a run that diverged begins with the state that the step began with")
  func divergence() throws {
    let folder = try TemporaryFolder()
    // The state doubles with each character, the weights stay as they are: only a state that was carried is not finite.
    let config = try folder.write(
      """
      data: {dataset: novel, tokenizer: bytes, window: 5, order: sequential, test: 0.98}
      model:
        layers:
          - one_hot
          - rnn: {size: 20, activation: relu, initializer: {fan_in: 8}}
          - linear: {outputs: classes, initializer: {normal: 1e-12}}
      optimizer: {kind: sgd, clip_value: 1e-20}
      schedule: {kind: constant, rate: 1e-20}
      training: {batch_size: 4, steps: 200, shards: 2, seed: 5}
      evaluation: {at_end: false}
      """, to: "growing.yaml")
    let result = try Lockstep.run(["train", config, "--run-dir", folder.path("run"), "-q"])
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(result.errors.contains("the first layer whose output is not finite is layer 1 (rnn)"), "\(result.errors)")
  }

  @Test("a model of images does not write")
  func imagesDoNotWrite() throws {
    let folder = try TemporaryFolder()
    let run = try trained(SmallRun.configuration, in: folder, ["training.steps=5", "schedule.half_cycle=2"])
    let result = try Lockstep.run(["generate", run])
    #expect(result.exitCode == 2 && result.errors.contains("no model of text"))
  }
}
