import ArgumentParser
import Foundation
import Inference
import JSON
import PlainText
import Training

struct ClassifyCommand: FirstRankCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Predicts the classes of texts or images, with probabilities.",
    discussion: """
      RUN is a run folder (its best checkpoint if the run has a validation split, else its last) or a checkpoint file. An \
      INPUT is a text or, for a model of images, an image file, which is scaled to the model's size. Without INPUT, \
      inputs are read from standard input, one on each line. If an input cannot be classified, standard error says why, the \
      others are classified, and the exit code is not 0.

      Examples:
        lockstep classify runs/surnames Nakamura "Van den Berg"
        lockstep classify runs/surnames -- -hello    a text that begins with a dash
        lockstep classify runs/quickstart digit.png --top 3
        lockstep classify runs/surnames --json < names.txt     a JSON object each
      """)

  @Argument(help: ArgumentHelp("A run folder or a checkpoint file.", valueName: "run"), completion: .directory)
  var path: String

  @Argument(
    help: ArgumentHelp("Texts, or image files (default: lines of standard input).", valueName: "input"),
    completion: .file())
  var inputs: [String] = []

  @Option(parsing: .unconditional, help: "Number of classes to show, most likely first.")
  var top = 5

  @Flag(help: "Prints one JSON object for each input, on its own line.")
  var json = false

  func validate() throws {
    guard top >= 1 else { throw ValidationError("--top \(top): give 1 or more") }
  }

  func run() throws {
    let terminal = Terminal.standard
    var code: Int32 = 0
    do {
      let classifier = try Classifier(at: path) { terminal.printError("warning: \($0)") }
      func classify(_ input: [UInt8], line: Int? = nil) {
        do {
          let result = try classifier.classify(input, line: line)
          if let cut = result.cut {
            let text =
              "\(line.map { "line \($0), " } ?? "")'\(PrintableText.replacingControls(in: String(result.input.prefix(40))))'"
            terminal.printError(
              "warning: \(text) has \(cut.tokens) tokens; the model reads the first \(cut.length)")
          }
          let text = ClassificationText(result: result, top: top, style: terminal.style)
          if json { return terminal.print(json: text.json) }
          var writer = TextWriter(terminal)
          writer.write(Array("\(result.input)\n".utf8))
          terminal.print(text.table)
        } catch {
          code = max(code, CommandRunner.report(error))
        }
      }
      if inputs.isEmpty {
        if isatty(STDIN_FILENO) == 1 {
          terminal.printError("\(classifier.takesFiles ? "an image file" : "a text") a line; Ctrl-D ends")
        }
        var lines = StandardInputLines()
        var number = 0
        while let line = try lines.next() {
          number += 1
          classify(line, line: number)
        }
      } else {
        for input in RawArguments.ofProcess.arguments(parsedAs: inputs) { classify(input) }
      }
    } catch {
      code = CommandRunner.report(error)
    }
    if code != 0 { throw ExitCode(code) }
  }
}
