import Foundation
import Testing

/// Text of a model may contain characters that a terminal takes for commands, and names of classes some that break a table.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct ControlCharacterTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path("run") }

  init() throws { folder = try TemporaryFolder() }

  private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
  }

  private func train(_ configuration: String, _ more: [String] = []) throws {
    let config = try folder.write(configuration, to: "run.yaml")
    let result = try Lockstep.run(["train", config, "-q", "--run-dir", run, "--set", "training.steps=1"] + more)
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  @Test("generated text: as it is into a pipe, with � for control characters on a terminal")
  func generatedText() throws {
    try train(SmallRun.recurrent)
    // One step teaches nothing: all bytes are as likely.
    let arguments = ["generate", run, "--prompt", "a\u{1B}[31m\tb\nc\u{7F}\u{9B}", "--length", "300"]
    let piped = try Lockstep.run(arguments)
    #expect(piped.exitCode == 0, "\(piped.errors)")
    #expect(piped.output.hasPrefix("a\u{1B}[31m\tb\nc\u{7F}\u{9B}"))
    #expect(piped.output.unicodeScalars.filter(isControl).count > 10)
    let shown = try PseudoTerminal.output(of: Build.lockstep, arguments)
    let text = String(decoding: shown, as: UTF8.self)
    #expect(text.hasPrefix("a\u{FFFD}[31m\tb\nc\u{FFFD}\u{FFFD}"), "\(text.debugDescription)")
    #expect(!text.unicodeScalars.contains(where: isControl), "\(text.debugDescription)")
    #expect(text.hasSuffix("\n"))
  }

  @Test("samples in training")
  func samples() throws {
    let config = try folder.write(SmallRun.recurrent, to: "run.yaml")
    let shown = try PseudoTerminal.output(
      of: Build.lockstep,
      [
        "train", config, "--run-dir", run, "--set", "training.steps=1", "--set",
        "samples={every_steps: 1, length: 300}",
      ])
    let text = String(decoding: shown, as: UTF8.self)
    let sample = try #require(
      text.components(separatedBy: "--- sample after step 1").last?.components(separatedBy: "\n---").first)
    #expect(
      sample.contains("\u{FFFD}") && !sample.unicodeScalars.contains(where: isControl), "\(text.debugDescription)")
  }

  @Test("a class whose name has a line end takes one line of a table")
  func classNames() throws {
    let rows = (0..<20).map { $0 % 2 == 0 ? "ab\($0),\"x\ny\"" : "cd\($0),z\u{1B}[1m" }
    let data = try folder.write(rows.joined(separator: "\n") + "\n", to: "lines.csv")
    try train(
      """
      data: {dataset: labelled-text, path: "\(data)", format: csv, tokenizer: bytes, validation: 0.2}
      model: {layers: [embedding: {width: 4}, gru: {size: 4, last: true}, linear: classes]}
      training: {batch_size: 4, steps: 1, shards: 1}
      """)
    let evaluated = try Lockstep.run(["evaluate", run, "--split", "validation"])
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
    #expect(evaluated.lines.contains { $0.hasPrefix("0 x\u{FFFD}y ") }, "\(evaluated.output)")
    #expect(evaluated.lines.contains { $0.hasPrefix("1 z\u{FFFD}[1m ") }, "\(evaluated.output)")
    let classified = try Lockstep.run(["classify", run, "ab"])
    #expect(classified.lines.count == 3, "\(classified.output)")
    #expect(classified.lines.contains { $0.hasPrefix("  x\u{FFFD}y ") }, "\(classified.output)")
    let json = try Lockstep.run(["classify", run, "ab", "--json"])
    #expect(json.output.contains(#"x\ny"#), "\(json.output)")
    let shown = try PseudoTerminal.output(of: Build.lockstep, ["classify", run, "a\u{1B}b"])
    #expect(String(decoding: shown, as: UTF8.self).hasPrefix("a\u{FFFD}b\n"))
  }
}
