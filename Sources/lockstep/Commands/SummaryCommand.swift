import ArgumentParser
import Configuration
import Foundation
import RunSettings
import Training

struct SummaryCommand: FirstRankCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract:
      "Shows a configuration's layers, their shapes, parameters and costs, and the memory that a worker requires.",
    discussion: """
      A row a layer: path, kind, shape of one sample's output, parameters, multiply-adds of one sample's forward pass (of matrix \
      products, convolutions and attention; the backward pass takes twice as many) and bytes of its output. Nothing is trained \
      and images are not read: where only files tell a size, a note says what is assumed. Labelled texts are read.

      Examples:
        lockstep summary configs/bench/resnet20.yaml
        lockstep summary configs/language/gpt-characters.yaml --workers 4
        lockstep summary configs/quickstart.yaml --set training.batch_size=512 --json
      """)

  @Argument(help: "The configuration (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Replaces a value of the configuration.", valueName: "a.b=value"))
  var overrides: [String] = []

  @Option(help: "Workers among which a batch is divided.")
  var workers = 1

  @Flag(help: "Prints one JSON object.")
  var json = false

  func validate() throws {
    if workers < 1 { throw ValidationError("--workers \(workers): at least one worker is required") }
  }

  func run() throws {
    let run = try PreparedRun.synthetic(like: RunConfiguration.load(file: config, overrides: overrides)) {
      Terminal.standard.printError("note: \($0)")
    }
    let text = SummaryText(model: try run.summary, memory: try run.memoryEstimate(workers: workers), workers: workers)
    json ? Terminal.standard.print(json: text.json) : Terminal.standard.print(text.text)
  }
}
