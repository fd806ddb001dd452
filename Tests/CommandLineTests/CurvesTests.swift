import Foundation
import Testing

/// The picture of a run's curves in its folder, and the chart at its end.
@Suite(.serialized, .takingTurns)
struct CurvesTests {
  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.configuration, to: "small.yaml")
  }

  private func train(_ run: String, _ more: [String] = []) throws -> ProcessResult {
    try Lockstep.run(["train", config, "--run-dir", folder.path(run)] + more)
  }

  private func picture(_ run: String) throws -> String {
    try String(contentsOfFile: folder.path("\(run)/curves.svg"), encoding: .utf8)
  }

  @Test("a run that was stopped and resumed draws what a run without a stop draws")
  func resumed() throws {
    let whole = try train("a/run", ["--set", "training.steps=120"])
    #expect(whole.exitCode == 0 && !whole.errors.contains("curves"), "\(whole.errors)")
    let drawn = try picture("a/run")
    for name in ["training", "validation", "test", "loss", "accuracy (%)"] { #expect(drawn.contains(">\(name)")) }
    #expect(try train("b/run", ["--set", "training.steps=80", "-q"]).exitCode == 0)
    #expect(try picture("b/run") != drawn)
    #expect(try train("b/run", ["--set", "training.steps=120", "-q", "--workers", "2"]).exitCode == 0)
    // The evaluation after step 80, which a longer run would not have made, is in the log of the resumed one.
    let log = folder.path("b/run/metrics.jsonl")
    let found = try picture("b/run").components(separatedBy: "\n").filter { $0.contains("c0 thin") }
    #expect(found == drawn.components(separatedBy: "\n").filter { $0.contains("c0 thin") }, "\(log)")
  }

  @Test("a picture that cannot be written is one warning, and the run goes on")
  func unwritable() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("run/curves.svg"), withIntermediateDirectories: true)
    // Only a folder that is a run's own may hold that name.
    try folder.write("", to: "run/.lockstep-run")
    let result = try train("run", ["--set", "training.steps=120"])
    #expect(result.exitCode == 0 && result.output.contains("done: "), "\(result.errors)")
    let warnings = result.errors.components(separatedBy: "\n").filter { $0.contains("curves.svg") }
    #expect(warnings.count == 1 && warnings[0].hasPrefix("warning: "), "\(result.errors)")
    #expect(warnings[0].hasSuffix("; the run goes on without the picture of its curves"))
  }

  @Test("a terminal shows a chart at the end of a run, a dumb one in ASCII; a pipe and -q none")
  func atTheEnd() throws {
    let steps = ["--set", "training.steps=60"]
    let piped = try train("piped", steps)
    #expect(!piped.output.contains(":  ") && piped.output.contains("done: "), "\(piped.output)")
    func shown(_ run: String, _ more: [String], _ environment: [String: String]) throws -> String {
      let bytes = try PseudoTerminal.output(
        of: Build.lockstep, ["train", config, "--run-dir", folder.path(run)] + steps + more,
        environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": ""].merging(environment) { $1 })
      return String(decoding: bytes, as: UTF8.self)
    }
    let full = try shown("full", [], [:])
    #expect(full.contains(":  · training   ● validation\n") && full.contains("└───"), "\(full.debugDescription)")
    let dumb = try shown("dumb", [], ["TERM": "dumb"])
    #expect(dumb.contains(":  . training   o validation\n") && dumb.contains("+---"), "\(dumb.debugDescription)")
    #expect(dumb.utf8.allSatisfy { $0 < 0x80 })
    #expect(try shown("quiet", ["-q"], [:]).isEmpty)
  }
}
