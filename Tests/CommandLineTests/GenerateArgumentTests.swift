import Foundation
import Testing

/// Arguments of `generate` and `classify`: leading dashes, bytes that are not text, options that exclude each other.
@Suite(.serialized, .takingTurns) struct GenerateArgumentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trained(_ configuration: String, _ settings: [String] = []) throws -> String {
    let config = try folder.write(configuration, to: "\(UUID().uuidString).yaml")
    let run = folder.path("run-\(UUID().uuidString)")
    let all = ["training.steps=2", "checkpoint.every_steps=null"] + settings
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"] + all.flatMap { ["--set", $0] })
    try #require(result.exitCode == 0, "\(result.errors)")
    return run
  }

  /// Runs a line of shell, in which `$0` is the program and `$1` the run: strings cannot hold what is no text.
  private func shell(_ line: String, _ run: String) throws -> ProcessResult {
    try ChildProcess("/bin/sh", ["-c", line, Build.lockstep, run]).wait()
  }

  @Test("texts and numbers may begin with a dash; what is wrong with a number is said")
  func dashes() throws {
    let run = try trained(SmallRun.recurrent)
    let text = try Lockstep.run(["generate", run, "--prompt", "-hello", "--stop", "--x", "--length", "3"])
    #expect(text.exitCode == 0 && text.output.hasPrefix("-hello"), "\(text.errors)")
    for (option, value) in [("--length", "-3"), ("--samples", "-1"), ("--top-k", "-2"), ("--top-p", "-0.5")] {
      let result = try Lockstep.run(["generate", run, option, value])
      #expect(result.exitCode == 2 && result.errors.contains("\(option) \(value): give "), "\(result.errors)")
    }
    let seed = try Lockstep.run(["generate", run, "--seed", "-1"])
    #expect(seed.exitCode == 2 && seed.errors.contains("'-1' is invalid for '--seed"), "\(seed.errors)")
    let top = try Lockstep.run(["classify", run, "x", "--top", "-1"])
    #expect(top.exitCode == 2 && top.errors.contains("--top -1: give 1 or more"), "\(top.errors)")
    let data = try Lockstep.run(["generate", run, "--data", folder.path("text.txt")])
    #expect(data.exitCode == 2 && data.errors.contains("--statistics") && data.output.isEmpty, "\(data.errors)")
  }

  @Test("a model of bytes reads the bytes that were typed")
  func bytes() throws {
    let run = try trained(SmallRun.recurrent)
    let options = "--length 1 | od -An -tx1 -v | tr -d ' \\n'"
    for option in ["--prompt \"$(printf 'a\\377\\376b')\"", "--prompt=\"$(printf 'a\\377\\376b')\""] {
      // A stop text that is repaired to the same string is another one.
      let result = try shell("\"$0\" generate \"$1\" --stop \"$(printf 'a\\376\\375b')\" \(option) \(options)", run)
      #expect(result.output.hasPrefix("61fffe62"), "\(result.output) \(result.errors)")
    }
  }

  @Test("other models refuse them by their number, not as a character that nobody typed")
  func bytesThatAreNoText() throws {
    let prompt = "\"$0\" generate \"$1\" --length 1 --prompt \"$(printf 'to \\377')\""
    for tokenizer in ["characters", "{bpe: 260}"] {
      let run = try trained(SmallRun.recurrent, ["data.tokenizer=\(tokenizer)", "data.validation=null", "data.test=0"])
      let result = try shell(prompt, run)
      #expect(result.exitCode == 2 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("error: the prompt, byte 3, line 1: is not UTF-8 (0xFF)"), "\(result.errors)")
    }
    let words = try trained(SmallRun.classification)
    let result = try shell("\"$0\" classify \"$1\" bo \"$(printf 'o\\376')\" \"$(printf 'o\\377')\" --top 1", words)
    let errors = result.errors.split(separator: "\n")
    #expect(result.exitCode == 1 && errors.count == 2 && result.lines.first == "bo", "\(result.errors)")
    #expect(errors.first?.contains("byte 1, line 1: is not UTF-8 (0xFE)") == true, "\(result.errors)")
    #expect(errors.last?.contains("byte 1, line 1: is not UTF-8 (0xFF)") == true, "\(result.errors)")
  }

  @Test("a stop text ends the text, its JSON and its statistics, within a token too")
  func stopping() throws {
    let run = try trained(SmallRun.transformer, ["training.steps=60"])
    func texts(_ options: [String]) throws -> [String] {
      let result = try Lockstep.run(["generate", run, "--samples", "8", "--length", "60", "--json"] + options)
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      return try #require(object?["samples"] as? [[String: Any]]).compactMap { $0["text"] as? String }
    }
    for stop in ["e", "t"] {
      let cut = try texts(["--stop", stop])
      #expect(cut.count == 8 && cut.contains { $0.hasSuffix(stop) })
      #expect(cut.allSatisfy { !$0.dropLast().contains(stop) }, "\(cut)")
    }
  }

  @Test("evaluate of a text with a character that the model does not know")
  func otherText() throws {
    let text = try folder.write(String(repeating: "to be or not to be\n", count: 40), to: "text.txt")
    let run = try trained(
      SmallRun.recurrent,
      ["data.dataset=text", "data.path=\(text)", "data.tokenizer=characters", "data.test=0", "data.validation=0.2"])
    let other = try folder.write(String(repeating: "to be or not to be\n", count: 40) + "K", to: "other.txt")
    let result = try Lockstep.run(["evaluate", run, "--data", other, "--split", "validation"])
    #expect(result.exitCode == 1 && result.errors.contains("which the model's vocabulary does not have; leave it out"))
    #expect(!result.errors.contains("data.validation"), "\(result.errors)")
  }
}
