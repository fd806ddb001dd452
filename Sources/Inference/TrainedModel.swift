import Autograd
import Checkpoints
import Collectives
import DataPipeline
import Foundation
import NeuralNetworks
import RunSettings
import Tensors

/// A model from a checkpoint with its data, for evaluation.
public struct TrainedModel: Sendable {
  /// The checkpoint's file.
  public var checkpoint: String { file.path }
  /// Number of optimiser updates of its weights.
  public let step: Int
  public let weightsSHA256: String
  public let configuration: RunConfiguration
  package let data: DatasetSplits
  /// Kept open, since a run in progress may remove the file.
  private let file: Checkpoint
  private let layers: [LayerSpecification]
  private let loss: Loss

  /// Loss, accuracy and confusion matrix over a split.
  public struct Evaluation: Sendable, Equatable {
    public let samples: Int
    public let loss: Double
    public let accuracy: Double
    public let classNames: [String]
    /// Share of each class that was classified correctly; nil for a class without samples.
    public var perClassAccuracy: [Double?] { confusion.perClassAccuracy }
    /// Mean of `perClassAccuracy` over the classes in the split; nil if there are none.
    public var meanPerClassRecall: Double? {
      let recalls = perClassAccuracy.compactMap { $0 }
      return recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
    }
    public let confusion: ConfusionMatrix
    /// Size of the predicted text, if the split is a text; then `samples` is the number of its tokens.
    public let textSize: TextSplit.Size?
    /// Mean of −ln p of the true token of a text: the loss without smoothing and weights.
    let logLoss: Double?

    /// Perplexity of a text, e^(−mean ln p).
    public var perplexity: Double? { logLoss.map { exp($0) } }
    /// −log₂ p for each byte of the text, which is comparable between tokenisers.
    public var bitsPerByte: Double? { bits(for: textSize?.bytes) }
    /// The same for each Unicode scalar; nil if the text is not UTF-8.
    public var bitsPerCharacter: Double? { bits(for: textSize?.characters) }

    private func bits(for units: Int?) -> Double? {
      guard let units, let logLoss else { return nil }
      return logLoss / log(2) * Double(samples) / Double(units)
    }
  }

  /// Opens the checkpoint at `path`, which is a checkpoint file or a run folder, and its data.
  ///
  /// - Parameters:
  ///   - path: A run folder or a checkpoint file.
  ///   - dataDirectory: Where the data are, if not where the configuration says; nil takes that.
  ///   - imageCache: Where decoded images are kept.
  ///   - damaged: Called with each checkpoint that was skipped, and with data that are left out.
  public init(
    at path: String, dataDirectory: String?, imageCache: ImageCacheSettings = ImageCacheSettings(),
    damaged: (String) -> Void
  ) throws {
    let file = try RunFolder.checkpoint(at: path) { damaged("\($0)") }
    self.file = file
    step = file.metadata.step
    weightsSHA256 = file.weightsSHA256
    configuration = try RunConfiguration.of(file)
    try configuration.training.setThreadCount()
    do {
      data = try DatasetSplits.open(
        configuration.data.located(in: dataDirectory), dataDirectory: dataDirectory, seed: configuration.training.seed,
        normalizer: Normalizer(of: file, kind: configuration.data.normalization),
        tokenizer: file.metadata.tokenizer.map { try Tokenizers.load(json: $0, from: file.path) },
        classNames: file.metadata.samples?.classes, sampleShape: file.metadata.samples?.shape,
        imageCache: imageCache)
    } catch var error as DataError {
      // Earlier versions did not record the folder given by --data.
      if error.isWrongUse, configuration.data.path == nil, dataDirectory == nil {
        error.advice = (error.advice.map { $0 + "; or " } ?? "") + "give --data, as in training"
      }
      throw error
    }
    data.report.sentences.forEach(damaged)
    if let classes = file.metadata.samples?.classes, classes != data.classNames {
      throw EvaluationError.otherClasses(checkpoint: file.path)
    }
    layers = try configuration.model.layers(inputShape: data.sampleShape, outputs: data.outputs)
    loss = Loss(
      configuration.loss, classes: data.outputs,
      balancedWeights: data.training.balancedClassWeights)
  }

  /// Names of the classes, in the order of probabilities; empty for a model of text.
  public var classNames: [String] { data.classNames }

  /// The default split: data that were not trained on if there are any, test before validation.
  public var preferredSplit: DataSplit {
    if holds(.test) { return .test }
    return holds(.validation) ? .validation : .training
  }

  private func holds(_ name: DataSplit) -> Bool { samples(of: name).map { $0.count > 0 } ?? false }

  private func samples(of name: DataSplit) -> (any SampleSplit)? {
    switch name {
    case .training: data.training
    case .validation: data.validation
    case .test: data.test
    }
  }

  /// The model with its weights, in its own memory.
  private func makeModel(context: ExecutionContext) throws -> Model {
    try Model(
      layers, inputShape: data.sampleShape, outputs: data.outputs, vocabulary: data.vocabulary,
      predictsTokens: data.predictsTokens, from: file, pool: context.pool)
  }

  /// Evaluates a split. Collective: the blocks are distributed over the workers.
  ///
  /// - Parameters:
  ///   - name: The split.
  ///   - communicator: Its workers divide the blocks among themselves.
  ///   - recorder: Receives the prediction of each sample.
  public func evaluate(
    _ name: DataSplit, communicator: any Communicator, recorder: PredictionRecorder? = nil
  ) throws -> Evaluation {
    let split = samples(of: name)
    try communicator.reserveMatrixProductWorkspace()
    let context = ExecutionContext()
    let (model, chosen) = try communicator.agree {
      guard let split, split.count > 0 else {
        let others = [DataSplit.training, .validation, .test].filter { $0 != name && holds($0) }
        throw EvaluationError.noSuchSplit(name.rawValue, others: others.map(\.rawValue))
      }
      return (try makeModel(context: context), split)
    }
    let evaluator = Evaluator(
      split: chosen, preparation: data.evaluationPreparation, blockSize: configuration.evaluation.blockSize,
      communicator: communicator)
    guard
      let result = try evaluator.evaluate(
        model: model, loss: loss, context: context, recorder: recorder)
    else {
      preconditionFailure("an evaluation that nobody stops was stopped")
    }
    return Evaluation(
      samples: result.samples, loss: result.loss, accuracy: result.accuracy, classNames: data.classNames,
      confusion: result.confusion,
      textSize: data.tokenizer.flatMap { (chosen as? TextSplit)?.predictedSize($0) }, logLoss: result.logLoss)
  }
}
