import Foundation
import Testing

/// Output of ranks on a terminal and elsewhere, and its width.
@Suite(.serialized, .takingTurns)
struct PlainOutputTests {
  private func hasControls(_ text: String) -> Bool { text.contains("\u{1B}") || text.contains("\r") }

  /// Open MPI gives each rank a pseudo-terminal, even where mpirun prints to a pipe.
  @Test("ranks whose launcher prints to a pipe draw nothing, be they started through a shell")
  func ranks() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let arguments = ["--run-dir", folder.path("run"), "--set", "training.steps=40", "-v"]
    let result = try Lockstep.runRanks(2, ["train", config] + arguments)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.lines.filter { $0.hasPrefix("step ") }.count == 4, "\(result.output)")
    #expect(!hasControls(result.output + result.errors), "\(result.output.debugDescription)")

    let command = "\"$0\" \"$@\"; exit $?"
    let inShell = try ChildProcess(
      "/usr/bin/env",
      ["mpirun", "--oversubscribe", "-np", "2", "sh", "-c", command, Build.lockstep, "train", config]
        + ["--run-dir", folder.path("second"), "--set", "training.steps=40"],
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    ).wait()
    #expect(inShell.exitCode == 0 && inShell.output.contains("done: "), "\(inShell.output)\(inShell.errors)")
    #expect(!hasControls(inShell.output), "\(inShell.output.debugDescription)")
  }

  @Test(
    "ranks whose launcher prints to a terminal draw a bar as wide as it",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "requires script (bsdutils)"))
  func terminal() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = "'\(Build.lockstep)' train '\(config)' --run-dir '\(folder.path("run"))' --set training.steps=40"
    let result = try ChildProcess(
      "/usr/bin/script", ["-qec", "stty cols 63; mpirun --oversubscribe -np 2 \(train)", "/dev/null"],
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "TERM": "xterm"]
    ).wait()
    #expect(result.exitCode == 0, "\(result.output)")
    let drawn = result.output.components(separatedBy: "\r\u{1B}[K").dropFirst().filter {
      $0.contains("% ") && $0.contains("░")
    }
    #expect(!drawn.isEmpty && drawn.allSatisfy { $0.count == 62 }, "\(result.output.debugDescription)")
  }

  @Test("an error of a quiet run leaves standard output empty")
  func quietError() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let result = try Lockstep.runRanks(
      2, ["train", config, "--run-dir", folder.path("run"), "-q", "--set", "training.shards=1"])
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("2 workers for 1 shard: ") && result.errors.contains("use at most 1 worker,"))
    #expect(result.output.isEmpty, "\(result.output.debugDescription)")
  }

  @Test(
    "an example in the help stands on one line of 80 columns",
    arguments: [
      [], ["train"], ["evaluate"], ["classify"], ["predict"], ["generate"], ["bench"], ["bench", "step"],
      ["bench", "allreduce"], ["compare"], ["doctor"], ["data"], ["data", "show"],
    ])
  func help(command: [String]) throws {
    let result = try Lockstep.run(command + ["--help"], environment: ["COLUMNS": "80"])
    #expect(result.exitCode == 0)
    let lines = result.output.components(separatedBy: "\n")
    let start = try #require(lines.firstIndex(of: "Examples:"), "\(result.output)")
    let examples = lines[(start + 1)...].prefix { !$0.isEmpty }
    #expect(!examples.isEmpty)
    for line in examples { #expect(line.hasPrefix("  ") && line.count <= 80, "\(line)") }
  }

  @Test("one of something is said in the singular")
  func singular() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let one = ["train", config, "--run-dir", folder.path("run"), "--set", "training.steps=1"]
    #expect(try Lockstep.run(one).output.contains(", 1 step in "))
    #expect(try Lockstep.run(one).output.contains(" is complete: its one step is done\n"))
    let bench = try Lockstep.run(["bench", "step", config, "--steps", "1", "--warmup", "0"])
    #expect(bench.output.contains(", 1 step)") && bench.output.contains(" 1 worker, 1 rank, "), "\(bench.output)")
  }
}
