import ArgumentParser
import Collectives
import Inference
import Training

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a trained model: loss, accuracy, per-class accuracy, confusion matrix.",
    discussion: """
      RUN is a run folder (its best checkpoint if the run has a validation split, else its last) or a checkpoint file.

      --predictions writes a table as well, CSV or one JSON object a line, with a row for each sample in the order of the \
      split: number of the sample, its file (empty or null if samples are not files), true class, predicted class, a \
      probability for each class, and the loss of the sample alone. For a text, a row is a window: its number, the position \
      of its first token in the split, the number of tokens predicted, how many of them are the likeliest, and the mean \
      loss. The file is the same for any number of workers.

      Examples:
        lockstep evaluate runs/quickstart
        lockstep evaluate runs/quickstart --split validation
        lockstep evaluate runs/quickstart/checkpoints/step-00000500.safetensors
        lockstep evaluate runs/quickstart --json
        lockstep evaluate runs/quickstart --predictions test.csv
        mpirun -np 4 lockstep evaluate runs/quickstart    the same, on four ranks
      """)

  @Argument(help: ArgumentHelp("A run folder or a checkpoint file.", valueName: "run"), completion: .directory)
  var path: String

  @Option(
    help:
      "Split to measure: train, validation or test (default: test; if there is none, validation; without both, train).")
  var split: DataSplit?

  @Option(help: "Folder with the data sets; for a text, the file itself.", completion: .file())
  var data: String?

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  @OptionGroup var images: CacheOption

  @Option(
    help: ArgumentHelp("Writes the prediction of each sample to this file, .csv or .jsonl.", valueName: "file"),
    completion: .file(extensions: PredictionFormat.allCases.map(\.rawValue)))
  var predictions: String?

  @Flag(help: "Prints one JSON object instead of tables.")
  var json = false

  func validate() throws {
    guard let predictions, PredictionFormat(path: predictions) == nil else { return }
    throw ValidationError(
      "--predictions \(predictions): the suffix decides the format; give a name that ends with .csv or .jsonl")
  }

  func run() throws {
    let (split, json, cache, predictions) = (split, json, images.settings, predictions)
    try CommandRunner.run("evaluate", workers: workers) { member in
      try TrainedModel(at: path, dataDirectory: data, imageCache: cache) { problem in
        if member.rank == 0 { Terminal.standard.printError("warning: \(problem)") }
      }
    } work: { communicator, _, trained in
      let asked = split
      let split = asked ?? trained.preferredSplit
      let file = try PredictionFile(predictions, of: trained, communicator)
      let result = try trained.evaluate(split, communicator: communicator, recorder: file?.recorder)
      try file?.finish()
      if communicator.worker == 0 {
        if asked == nil, split != .test {
          let seen = split == .training ? "which the model has seen" : "as the data of this run have no test split"
          Terminal.standard.printError("note: this is the \(split.rawValue) split, \(seen)")
        }
        let text = EvaluationText(result: result, trained: trained, split: split)
        json ? Terminal.standard.print(json: text.json) : Terminal.standard.print(text.tables)
      }
      return 0
    }
  }
}

extension TrainedModel: Preparation {
  /// Evaluation distributes blocks of samples, not shards, so any number of workers is possible.
  func shards(workers: Int) -> Int { workers }
}

extension DataSplit: ExpressibleByArgument {}
