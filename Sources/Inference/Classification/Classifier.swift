import Autograd
import Checkpoints
import DataPipeline
import NeuralNetworks
import RunSettings
import Tensors

/// A classification model from a checkpoint, for one input at a time. It requires the checkpoint alone, no
/// data set.
public final class Classifier {
  public let checkpoint: String
  public let step: Int
  /// Names of the classes, in the order of the model's outputs.
  public let classNames: [String]
  private let input: ClassifierInput
  private let model: Model
  private let outputs: LossOutputs
  private let context = ExecutionContext()

  /// Opens the checkpoint at `path`, which is a checkpoint file or a run folder.
  ///
  /// - Parameter damaged: Called with each checkpoint that was skipped.
  public init(at path: String, damaged: (String) -> Void) throws {
    let file = try RunFolder.checkpoint(at: path) { damaged("\($0)") }
    (checkpoint, step) = (file.path, file.metadata.step)
    let configuration = try RunConfiguration.of(file)
    guard !configuration.data.isText else { throw ClassificationError.predictsTokens(file.path) }
    guard let samples = file.metadata.samples else { throw ClassificationError.olderCheckpoint(file.path) }
    guard !samples.classes.isEmpty else {
      throw CheckpointError(
        .damaged, path: file.path, "it names no classes", hint: "use another checkpoint or get the file again")
    }
    input = try ClassifierInput(samples, of: file, configuration)
    (classNames, outputs) = (samples.classes, configuration.loss.outputs)
    BLAS.threadCount = configuration.training.blasThreads
    try MatrixProductWorkspace().giveBack()
    model = try Model(
      configuration.model.layers(inputShape: samples.shape, outputs: samples.classes.count), inputShape: samples.shape,
      outputs: samples.classes.count, vocabulary: input.vocabulary, predictsTokens: false, from: file,
      pool: context.pool)
  }

  /// Whether inputs are paths of images, not texts.
  public var takesFiles: Bool { input.takesFiles }

  /// - Parameters:
  ///   - text: A text; for a model of images, the path of an image file.
  ///   - line: Number of the input's line, from 1, for error messages; nil for a single input.
  /// - Throws: The fault of this input; others can still be classified.
  public func classify(_ text: [UInt8], line: Int? = nil) throws -> Classification {
    let name = String(decoding: text, as: UTF8.self)
    let (batch, cut) = try input.batch(of: text, line: line, pool: context.pool)
    let tape = Tape(context: context, recording: false)
    let pass = ForwardPass(tape: tape, mode: .evaluation, lengths: batch.lengths)
    let scores = model(tape.input(batch.inputs), pass).value.floats.map { Double($0) }
    return Classification(
      input: name, probabilities: outputs.probabilities(of: scores), classNames: classNames, cut: cut)
  }
}
