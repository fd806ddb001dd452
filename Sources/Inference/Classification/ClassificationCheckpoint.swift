import Checkpoints
import DataPipeline
import NeuralNetworks
import RunSettings

/// A checkpoint of a classification model, opened and checked. It requires no data set.
struct ClassificationCheckpoint: Sendable {
  let file: Checkpoint
  let configuration: RunConfiguration
  /// Shape of a sample.
  let shape: [Int]
  /// Names of the classes, in the order of the model's outputs.
  let classNames: [String]
  let input: ClassifierInput

  /// Opens the checkpoint at `path`, which is a checkpoint file or a run folder.
  ///
  /// - Parameter damaged: Called with each checkpoint that was skipped.
  init(at path: String, damaged: (String) -> Void) throws {
    file = try RunFolder.checkpoint(at: path) { damaged("\($0)") }
    configuration = try RunConfiguration.of(file)
    guard !configuration.data.isText else { throw ClassificationError.predictsTokens(file.path) }
    guard let samples = file.metadata.samples else { throw ClassificationError.olderCheckpoint(file.path) }
    guard !samples.classes.isEmpty else {
      throw CheckpointError(
        .damaged, path: file.path, "it names no classes", hint: "use another checkpoint or get the file again")
    }
    (shape, classNames) = (samples.shape, samples.classes)
    input = try ClassifierInput(samples, of: file, configuration)
  }

  /// Meaning of the model's outputs.
  var outputs: LossOutputs { configuration.loss.outputs }
}
