import ArgumentParser
import Charts
import Files
import JSON
import PlainText

struct CompareCommand: FirstRankCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares runs: settings that differ, results, and their curves in one picture.",
    discussion: """
      RUN is a run folder; it may still train. A dash stands for a value that a run does not have, or does not have yet. \
      Curves of loss and accuracy go to curves-compare.svg in the current folder, or to the file that --out names.

      Examples:
        lockstep compare runs/one runs/two
        lockstep compare runs/* --out all.svg
        lockstep compare runs/one runs/two --json    a picture only with --out
      """)

  @Argument(help: ArgumentHelp("Run folders.", valueName: "run"), completion: .directory)
  var paths: [String]

  @Option(
    help: ArgumentHelp("Picture of the curves (default: \(Self.defaultPicture)).", valueName: "file.svg"),
    completion: .file(extensions: ["svg"]))
  var out: String?

  @Flag(help: "Prints one JSON object instead of tables.")
  var json = false

  private static let defaultPicture = "curves-compare.svg"

  func validate() throws {
    // Prevents a mistyped name from overwriting a file that is not a picture.
    if let out, !out.hasSuffix(".svg") {
      throw ValidationError("--out \(out): requires a name that ends in .svg")
    }
  }

  func run() throws {
    let runs = try paths.map { path in
      try RecordedRun(at: path) { Terminal.standard.printError("warning: \($0)") }
    }
    let comparison = RunComparison(runs: runs)
    let drawn = zip(comparison.names, runs).map { (name: $0, curves: $1.curves) }.filter { !$0.curves.isEmpty }
    let picture = drawn.isEmpty ? nil : out ?? (json ? nil : Self.defaultPicture)
    if let picture {
      try AtomicFile<FileProblem>.write(RunCurves.chart(comparing: drawn).svg, to: picture)
    }
    if json {
      Terminal.standard.print(json: comparison.json(picture: picture))
    } else {
      let terminal = Terminal.standard
      terminal.print(comparison.text(width: terminal.isSeen ? terminal.width : nil))
      terminal.print(picture.map { "\ncurves: \($0)" } ?? "\nno curves: no step of these runs is recorded")
    }
  }
}
