import Foundation
import Testing

/// A named pipe where a file is wanted is refused; opened like a file it would keep the program for ever.
@Suite(.serialized, .takingTurns)
struct NamedPipeTests {
  private let folder: TemporaryFolder
  private let pipe: String

  init() throws {
    folder = try TemporaryFolder()
    pipe = folder.path("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
  }

  private func expectRefusal(
    _ arguments: [String], code: Int32, saying text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try Lockstep.run(arguments)
    #expect(result.exitCode == code, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.contains(text), "\(result.errors)", sourceLocation: sourceLocation)
  }

  @Test("as a text, to train on or to evaluate")
  func asText() throws {
    let text = SmallRun.recurrent.replacingOccurrences(of: "steps: 60", with: "steps: 1")
    let config = try folder.write(text, to: "text.yaml")
    try expectRefusal(
      [
        "train", config, "--run-dir", folder.path("refused"), "--set", "data.dataset=text", "--set",
        "data.path=\(pipe)",
      ],
      code: 1, saying: "\(pipe): is not a file")
    let run = folder.path("run")
    let novel = try folder.write(String(repeating: "so it goes. ", count: 2000), to: "novel.txt")
    let trained = try Lockstep.run([
      "train", config, "-q", "--run-dir", run, "--set", "data.dataset=text", "--set", "data.path=\(novel)",
      "--set", "data.test=0.5", "--set", "data.validation=0.1",
    ])
    #expect(trained.exitCode == 0, "\(trained.errors)")
    try expectRefusal(["evaluate", run, "--data", pipe], code: 1, saying: "\(pipe): is not a file")
  }

  @Test("as an image, as a checkpoint")
  func asImageAndCheckpoint() throws {
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let trained = try Lockstep.run(["train", config, "-q", "--run-dir", run, "--set", "training.steps=1"])
    #expect(trained.exitCode == 0, "\(trained.errors)")
    try expectRefusal(["classify", run, pipe], code: 1, saying: "\(pipe): is not a file")
    try expectRefusal(["evaluate", pipe], code: 1, saying: "\(pipe): is not a file")
  }
}
