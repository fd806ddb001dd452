import Charts
import Inference
import RunSettings

/// Events of a run, for an observer. Only worker 0 has a reporter, so nothing is reported twice.
///
/// Methods are called on the training thread between steps: they must be quick, and decide themselves how often to draw.
public protocol TrainingReporter: AnyObject {
  func started(_ run: RunDescription)
  func completed(_ step: StepReport)
  func evaluated(_ evaluation: EvaluationReport)
  /// A sample that a language model has written during training.
  func wroteSample(_ sample: SampleReport)
  func wroteCheckpoint(_ file: String, step: Int)
  /// A warning, which does not end the run.
  func warn(_ message: String)
  /// A detail, for verbose output only.
  func detail(_ message: String)
  /// The run's end.
  ///
  /// - Parameters:
  ///   - summary: The content of `summary.json`.
  ///   - curves: Everything that the run has recorded, before it was resumed too.
  ///   - folder: Path of the run folder.
  ///   - stopped: Reason of a stop before the last step; nil for a complete run.
  func finished(_ summary: RunSummary, curves: RunCurves, folder: String, stopped: StopRequest.Reason?)
  /// The profile, if there is one; comes before `finished`.
  func profiled(_ profile: RunProfile)
}

/// Facts of a run that do not change.
public struct RunDescription: Sendable {
  public var data: String
  /// The keys of the configuration that hold out the validation samples.
  public let heldOutAdvice: String
  public var trainingSamples: Int
  /// Numbers of samples and classes of an epoch, if `sampling` is `balanced`.
  public var balancedEpoch: (classes: Int, samples: Int)?
  public var validationSamples: Int
  public var testSamples: Int
  public var model: String
  public var parameters: Int
  /// Number of frozen ones among them.
  public var frozenParameters: Int
  public var workers: Int
  public var ranks: Int
  public var nodes: Int
  public var shards: Int
  /// False if the number of shards is that of the workers: then the bits hold for this number only.
  public var shardsAreFixed: Bool
  public var batchSize: Int
  public var blasKernels: String
  public var convolutionLibrary: String
  public var threadsPerWorker: Int
  public var totalSteps: Int
  public var stepsPerEpoch: Int
  public var firstStep: Int
  public var earlyStopping: EarlyStoppingSettings?
  /// Whether early stopping had already ended the run.
  public var hasStoppedEarly: Bool
  /// Step after which validation was best so far.
  public var bestStep: Int?
  /// Whether a stop left work unfinished after `firstStep`, which is done now.
  public var isUnfinished: Bool
  /// A line for each setting that differs from those of the steps before `firstStep`, and for each consequence.
  public var changes: [String]
  public var folder: String
  /// A table of the layers.
  public var layers: String
  /// A problem with the choice of BLAS kernels; nil if there is none.
  public var kernelWarning: String?
  /// Excess of the largest number of shards of a worker over the mean, as a fraction of the mean.
  public var imbalance: Double
}

/// Results of one step over all workers.
public struct StepReport: Sendable {
  /// Number of steps done, including this one.
  public var step: Int
  public var totalSteps: Int
  /// Number of epochs done, with a fraction.
  public var epoch: Double
  /// Mean since the last logged step.
  public var loss: Double
  /// s ← 0.999 s + 0.001 loss over all steps; nil except for language models.
  public var smoothedLoss: Double?
  public var accuracy: Double
  public var learningRate: Double
  /// Samples per second since the last logged step.
  public var samplesPerSecond: Double
  public var secondsLeft: Double
  /// Whether this step is logged, by `logging.every_steps`.
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

/// A text written by the model in training.
public struct SampleReport: Sendable {
  public var step: Int
  public var epoch: Double
  public var smoothedLoss: Double?
  /// The prompt and what follows; bytes that are not UTF-8 are replaced.
  public var text: String
}
