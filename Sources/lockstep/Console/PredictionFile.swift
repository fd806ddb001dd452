import Collectives
import Inference

/// The file of `evaluate --predictions`, which worker 0 writes.
struct PredictionFile {
  let recorder: PredictionRecorder
  /// Nil on other workers.
  private let output: RowOutput?
  private let communicator: any Communicator

  /// Collective.
  ///
  /// - Parameter path: The file; nil writes none.
  init?(_ path: String?, of model: TrainedModel, _ communicator: any Communicator) throws {
    guard let path, let format = PredictionFormat(path: path) else { return nil }
    let rows = PredictionRows(format: format, classNames: model.classNames)
    let output = try communicator.agree(on: 0) { () throws -> RowOutput? in
      guard communicator.worker == 0 else { return nil }
      let output = try RowOutput(path)
      try output.write(rows.head)
      return output
    }
    (self.output, self.communicator) = (output, communicator)
    recorder = PredictionRecorder(for: model, format: rows.row) { try output?.write($0) }
  }

  /// Gives the file its name. Collective.
  func finish() throws { try communicator.agree(on: 0) { try output?.finish() } }
}
