import ArgumentParser
import Collectives
import DataPipeline
import Foundation
import Inference
import PlainText
import Training

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predicts the classes of any number of images, as a CSV table.",
    discussion: """
      RUN is a run folder (its best checkpoint if the run has a validation split, else its last) or a checkpoint file. An INPUT is an \
      image file, or a folder that is searched for image files with all folders below it; hidden files and those that file managers \
      write are left out. Images are scaled and normalised as in the run's validation.

      The table has a row for each image, in the order of the inputs and, in a folder, of the bytes of the paths: file, class (the \
      likeliest), and a probability for each class, whose names are in the first row. It is the same for any number of workers. An \
      image that cannot be read ends the command with exit code 1, and no file is written; with --skip-bad-images, such images are left out.

      Examples:
        lockstep predict runs/photos new --csv new.csv
        lockstep predict runs/photos a.jpg b.png            on standard output
        lockstep predict runs/photos new --csv new.csv --workers 2
        mpirun -np 4 lockstep predict runs/photos new --csv new.csv
        lockstep predict runs/photos new --csv new.csv --skip-bad-images
      """)

  @Argument(help: ArgumentHelp("A run folder or a checkpoint file.", valueName: "run"), completion: .directory)
  var path: String

  @Argument(help: ArgumentHelp("Image files, or folders with image files.", valueName: "input"), completion: .file())
  var inputs: [String]

  @Option(
    help: ArgumentHelp("CSV file to write (default: -, standard output).", valueName: "file"), completion: .file())
  var csv: String?

  @Flag(help: "Leaves out images that cannot be read, and names them on standard error.")
  var skipBadImages = false

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  func run() throws {
    let run = PredictionRun(inputs: inputs, csv: csv, skipsBadImages: skipBadImages)
    try CommandRunner.run("predict", workers: workers) { member in
      try ImagePredictor(at: path) { problem in
        if member.rank == 0 { Terminal.standard.printError("warning: \(problem)") }
      }
    } work: { communicator, _, predictor in
      try run.work(communicator, predictor)
      return 0
    }
  }
}

extension ImagePredictor: Preparation {
  /// Blocks of files are distributed, not shards, so any number of workers is possible.
  func shards(workers: Int) -> Int { workers }

  func jobFacts() -> [JobFact] { [JobFact("weights_sha256", weightsSHA256)] }
}

/// The work of `predict` on each worker.
private struct PredictionRun: Sendable {
  let inputs: [String]
  let csv: String?
  let skipsBadImages: Bool

  private var writesFile: Bool { csv.map { $0 != "-" } ?? false }

  func work(_ communicator: any Communicator, _ predictor: ImagePredictor) throws {
    let isFirst = communicator.worker == 0
    let terminal = Terminal.besideRows(rowsAreSeen: !writesFile && Terminal.standard.isSeen)
    let files = try findFiles(communicator, terminal)
    let output = try communicator.agree(on: 0) { isFirst ? try RowOutput(csv) : nil }
    try communicator.agree(on: 0) { try output?.write(row(["file", "class"] + predictor.classNames)) }
    var progress = CountProgress(total: files.count, "image", on: terminal)
    var (done, skipped) = (0, 0)
    try predictor.predict(files, skipsUnreadable: skipsBadImages, communicator: communicator) { prediction in
      row(
        [prediction.file, predictor.classNames[prediction.predicted]] + prediction.probabilities.map(\.description))
    } receive: { piece in
      try output?.write(piece.rows)
      for fault in piece.faults { terminal.printError("warning: left out: \(fault)") }
      done += piece.fileCount
      skipped += piece.faults.count
      progress.show(done)
    }
    try communicator.agree(on: 0) {
      guard isFirst else { return }
      terminal.clearLine()
      if skipped == done {
        throw DataError("\(done.counted("image"))", "none of them can be read", advice: "see the warnings above")
      }
      try output?.finish()
      if writesFile, let csv { Terminal.standard.print("\((done - skipped).counted("image")) in \(csv)") }
      if skipped > 0 {
        terminal.printError("warning: \(skipped) of \(done.counted("image")) left out, which cannot be read")
      }
    }
  }

  /// Searched on worker 0 alone, so that all have the same list even if the folder changes.
  private func findFiles(_ communicator: any Communicator, _ terminal: Terminal) throws -> [String] {
    let found = try communicator.agree(on: 0) { () throws -> ImageFileSearch? in
      communicator.worker == 0 ? try ImageFileSearch(inputs) : nil
    }
    for sentence in found?.report.sentences ?? [] { terminal.printError("warning: \(sentence)") }
    // No path contains a zero.
    let paths = Array((found?.paths ?? []).joined(separator: "\0").utf8)
    return try communicator.broadcast(bytes: paths, from: 0).split(separator: 0).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private func row(_ fields: [String]) -> [UInt8] { Array(CSVLine.text(fields).utf8) }
}
