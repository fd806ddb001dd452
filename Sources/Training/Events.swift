import Inference
import RunSettings

/// Events of a run, for an observer. Worker 0 alone has a reporter, so nothing is said twice.
///
/// Calls come from the training thread between steps: a reporter that draws must be quick and decide itself how often.
public protocol TrainingReporter: AnyObject {
  func started(_ run: RunDescription)
  func completed(_ step: StepReport)
  func evaluated(_ evaluation: EvaluationReport)
  /// A sample that a model of language wrote while it trains.
  func wroteSample(_ sample: SampleReport)
  func wroteCheckpoint(_ file: String, step: Int)
  /// Something a person should know that does not end the run.
  func warn(_ message: String)
  /// Something only a person who asked for details is to know.
  func detail(_ message: String)
  func finished(_ summary: RunSummary, folder: String, stopped: StopRequest.Reason?)
  /// Where the time went, if that was measured; comes before `finished`.
  func profiled(_ profile: RunProfile)
}

/// The facts of a run, fixed from start to end.
public struct RunDescription: Sendable {
  public var data: String
  /// The keys that give samples which are not trained on.
  public let heldOutAdvice: String
  public var trainingSamples: Int
  /// How many samples of how many classes an epoch has, where `sampling` is `balanced`.
  public var balancedEpoch: (classes: Int, samples: Int)?
  public var validationSamples: Int
  public var testSamples: Int
  public var model: String
  public var parameters: Int
  /// How many of them are not trained.
  public var frozenParameters: Int
  public var workers: Int
  public var ranks: Int
  public var nodes: Int
  public var shards: Int
  /// False when the number of shards follows the number of workers: then the bits hold for this number only.
  public var shardsAreFixed: Bool
  public var batchSize: Int
  public var blasKernels: String
  public var convolutionLibrary: String
  public var threadsPerWorker: Int
  public var totalSteps: Int
  public var stepsPerEpoch: Int
  public var firstStep: Int
  public var earlyStopping: EarlyStoppingSettings?
  /// Whether early stopping had ended the run before.
  public var hasStoppedEarly: Bool
  /// After which step validation was best so far.
  public var bestStep: Int?
  /// Whether a stop cut short what follows `firstStep`, so that it is done now.
  public var isUnfinished: Bool
  public var folder: String
  /// A table of the layers.
  public var layers: String
  /// A problem with the choice of BLAS kernels; nil if there is none.
  public var kernelWarning: String?
  /// Excess of the largest number of shards of a worker over the mean, as a fraction of the mean.
  public var imbalance: Double
}

/// One step, as all workers saw it.
public struct StepReport: Sendable {
  /// Steps done, this one included.
  public var step: Int
  public var totalSteps: Int
  /// Epochs done, with a fraction.
  public var epoch: Double
  /// Mean since the last logged step.
  public var loss: Double
  /// s ← 0.999 s + 0.001 loss over all steps; nil but for models of language.
  public var smoothedLoss: Double?
  public var accuracy: Double
  public var learningRate: Double
  /// Since the last logged step.
  public var samplesPerSecond: Double
  public var secondsLeft: Double
  /// Whether `logging.every_steps` says that this one goes into the log.
  public var isLogged: Bool
}

public struct EvaluationReport: Sendable {
  public var split: DataSplit
  public var step: Int
  public var epoch: Double
  public var loss: Double
  public var accuracy: Double
  public var samples: Int
  public var seconds: Double
  public var isBest: Bool
}

/// A text by the model in training.
public struct SampleReport: Sendable {
  public var step: Int
  public var epoch: Double
  public var smoothedLoss: Double?
  /// The prompt and what follows; bytes that are not UTF-8 are replaced.
  public var text: String
}
