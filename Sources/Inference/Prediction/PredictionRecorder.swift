import Autograd
import Collectives
import DataPipeline
import NeuralNetworks

/// Takes the prediction of each sample out of an evaluation, in the order of the split.
public struct PredictionRecorder {
  private let outputs: LossOutputs
  private let format: (SamplePrediction) -> [UInt8]
  private let receive: ([UInt8]) throws -> Void

  /// - Parameters:
  ///   - model: The model that is evaluated.
  ///   - format: Called on every worker, for each of its samples.
  ///   - receive: Called on worker 0 with the formatted predictions of several samples.
  public init(
    for model: TrainedModel, format: @escaping (SamplePrediction) -> [UInt8],
    receive: @escaping ([UInt8]) throws -> Void
  ) {
    outputs = model.configuration.loss.outputs
    (self.format, self.receive) = (format, receive)
  }

  /// The formatted predictions of a batch.
  ///
  /// - Parameter output: `[batch, classes]`, or `[batch, time, tokens]` of a text.
  func rows(of batch: Batch, _ output: Variable, loss: Loss, split: any SampleSplit) -> [UInt8] {
    (0..<batch.count).flatMap { row in
      let (output, labels) = (output.rows(row..<row + 1), batch.labels.rows(row..<row + 1))
      let result = loss(output, labels: labels)
      let sample = batch.firstPosition + row
      let content: SamplePrediction.Content
      if split.classNames.isEmpty {
        content = .window(
          position: sample * split.sampleShape[0], tokens: labels.count, correct: result.correct)
      } else {
        let scores = output.value.floats.map { Double($0) }
        content = .ofClasses(
          actual: Int(labels.int32s[0]), predicted: scores.indexOfLargest,
          probabilities: outputs.probabilities(of: scores))
      }
      return format(
        SamplePrediction(
          sample: sample, file: split.file(ofSample: sample), content: content,
          loss: result.weight > 0 ? result.value / result.weight : nil))
    }
  }

  /// Hands one round of blocks to worker 0, in their order. Collective.
  func deliver(_ rows: [UInt8], _ communicator: any Communicator) throws {
    let all = try communicator.allGather(rows).flatMap { $0 }
    try communicator.agree(on: 0) {
      if communicator.worker == 0 { try receive(all) }
    }
  }
}
