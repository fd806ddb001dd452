import Autograd
import DataPipeline
import NeuralNetworks
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
  /// - Parameters:
  ///   - path: A run folder or a checkpoint file.
  ///   - damaged: Called with each checkpoint that was skipped.
  public convenience init(at path: String, damaged: (String) -> Void) throws {
    try self.init(ClassificationCheckpoint(at: path, damaged: damaged))
  }

  /// Reads the weights, into memory of its own.
  init(_ opened: ClassificationCheckpoint) throws {
    (checkpoint, step) = (opened.file.path, opened.file.metadata.step)
    (input, classNames, outputs) = (opened.input, opened.classNames, opened.outputs)
    try opened.configuration.training.setThreadCount()
    try MatrixProductWorkspace().giveBack()
    model = try Model(
      opened.configuration.model.layers(inputShape: opened.shape, outputs: classNames.count),
      inputShape: opened.shape, outputs: classNames.count, vocabulary: input.vocabulary, predictsTokens: false,
      from: opened.file, pool: context.pool)
  }

  /// Whether inputs are paths of images, not texts.
  public var takesFiles: Bool { input.takesFiles }

  /// Probability of each class, in the order of `classNames`, for one sample of a model that was trained on arrays.
  ///
  /// - Parameter values: The sample's values in row-major order, as many as `sampleShape` says.
  /// - Throws: `ClassificationError` if the model is of images or texts.
  public func probabilities(of values: [Float]) throws -> [Double] {
    guard case .values(let shape) = input else { throw ClassificationError.takesNoArrays(checkpoint) }
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for a sample of shape \(shape)")
    let inputs = Tensor(uninitialized: [1] + shape, pool: context.pool)
    _ = inputs.floats.update(fromContentsOf: values)
    return outputs.probabilities(of: scores(of: inputs, lengths: nil)[0])
  }

  /// - Parameters:
  ///   - text: A text; for a model of images, the path of an image file.
  ///   - line: Number of the input's line, from 1, for error messages; nil for a single input.
  /// - Throws: The fault of this input; others can still be classified.
  public func classify(_ text: [UInt8], line: Int? = nil) throws -> Classification {
    let name = String(decoding: text, as: UTF8.self)
    let (batch, cut) = try input.batch(of: text, line: line, pool: context.pool)
    let scores = scores(of: batch.inputs, lengths: batch.lengths)[0]
    return Classification(
      input: name, probabilities: outputs.probabilities(of: scores), classNames: classNames, cut: cut)
  }

  /// Classifies image files, which pass through the model together.
  ///
  /// - Returns: For each file its prediction, or its fault.
  func classify(files: ArraySlice<String>) throws -> [Result<ImagePrediction, DataError>] {
    let (batch, faults) = try input.batch(ofFiles: files, pool: context.pool)
    var rows = scores(of: batch.inputs, lengths: batch.lengths)[...]
    return zip(files, faults).map { path, fault in
      if let fault { return .failure(fault) }
      guard let scores = rows.popFirst() else { preconditionFailure("no row for \(path)") }
      return .success(
        ImagePrediction(
          file: path, predicted: scores.indexOfLargest, probabilities: outputs.probabilities(of: scores)))
    }
  }

  /// Outputs of the model for each sample.
  private func scores(of inputs: Tensor, lengths: [Int]?) -> [[Double]] {
    guard inputs.shape[0] > 0 else { return [] }
    let tape = Tape(context: context, recording: false)
    let pass = ForwardPass(tape: tape, mode: .evaluation, lengths: lengths)
    let output = model(tape.input(inputs), pass).value
    return (0..<inputs.shape[0]).map { output.rows($0..<$0 + 1).floats.map { Double($0) } }
  }
}
