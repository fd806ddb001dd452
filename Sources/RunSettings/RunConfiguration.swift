import Configuration
import DataPipeline
import NeuralNetworks

/// Description of a run: data, model, training, and output.
///
/// Read it from YAML with `load(file:overrides:)`; `effectiveYAML()` writes it back with all defaults filled in.
public struct RunConfiguration: Sendable, Equatable {
  /// Version of the defaults of keys that are not written: see `currentVersion`.
  public internal(set) var version = RunConfiguration.currentVersion
  public var data = DatasetSpecification()
  public var model: ModelSpecification
  public var loss = LossSpecification.crossEntropy()
  public var optimizer = OptimizerSpecification.sgd()
  public var schedule = ScheduleSpecification.constant(rate: 0.01)
  /// Rules for groups of parameters that are trained differently.
  public var parameters = ParameterRules()
  public var training = TrainingSettings()
  public var evaluation = EvaluationSettings()
  public var checkpoint = CheckpointSettings()
  public var logging = LoggingSettings()
  public var samples = SampleSettings()
  package var unwritten = Unwritten()

  public init(model: ModelSpecification) { self.model = model }

  /// The same with another location of the data, if `--data` gives one or the path is relative to another folder.
  package func reading(from dataDirectory: String?) -> RunConfiguration {
    var copy = self
    copy.data = data.settled(in: dataDirectory)
    return copy
  }
}

/// Length, batches and execution of training.
public struct TrainingSettings: Sendable, Equatable {
  /// Samples of an epoch.
  public enum Sampling: String, Sendable, CaseIterable {
    /// Each sample once.
    case shuffled
    /// As many of each class as the smallest class has, drawn anew in each epoch.
    case balanced
  }

  /// Number of samples of one optimiser step, over all workers.
  public var batchSize = 100
  /// Length of the run. A configuration that was read has exactly one of the two.
  public var steps: Int?
  public var epochs: Int?
  /// Number of shards of a global batch; nil means the number of workers.
  public var shards: Int?
  /// Nil trains to the last step regardless of validation.
  public var earlyStopping: EarlyStoppingSettings?
  public var seed: UInt64 = 1
  /// Whether to leave out an epoch's last batch if it is short.
  public var dropLast = false
  public var sampling = Sampling.shuffled
  /// Number of BLAS and OpenMP threads of one worker.
  public var blasThreads = 1
  /// Whether to sum gradients over the workers while the backward pass still computes others.
  public var overlap = true
  /// Smallest size of a bucket, in 10⁶ bytes.
  public var bucketMegabytes = 4.0
  /// Whether workers that share memory have one copy of the weights and of the optimiser's state, and each updates a part
  /// of it; nil decides by their size.
  public var shareWeights: Bool?
  /// Number of steps between comparisons of the workers' replicas; nil for none.
  public var compareReplicas: Int? = 100

  public init() {}

  /// Number of optimiser steps of the whole run, if an epoch has `stepsPerEpoch`.
  public func totalSteps(stepsPerEpoch: Int) -> Int { steps ?? (epochs ?? 0) * stepsPerEpoch }
}

/// Early stopping: ends a run when the validation split no longer improves.
public struct EarlyStoppingSettings: Sendable, Equatable {
  public enum Metric: String, Sendable, CaseIterable { case loss, accuracy }

  /// Number of consecutive evaluations without an improvement that ends the run.
  public var patience: Int
  /// Smallest difference from the best value that counts as an improvement; with 0, any.
  public var minDelta = 0.0
  public var metric = Metric.loss

  public init(patience: Int) { self.patience = patience }
}

/// Evaluations of the validation split (or the test split, if there is none).
public struct EvaluationSettings: Sendable, Equatable {
  public var everySteps: Int?
  public var everyEpochs: Int? = 1
  /// Number of samples of one forward pass: fixed, so that the sums do not depend on the number of workers.
  public var blockSize = 500
  /// Whether to evaluate the test split after the last step.
  public var atEnd = true

  public init() {}
}

/// Checkpoints besides the one at the end, and how many are kept.
public struct CheckpointSettings: Sendable, Equatable {
  public var everySteps: Int?
  public var everyEpochs: Int?
  public var everyMinutes: Double? = 10
  /// Number of recent checkpoints to keep.
  public var keep = 3
  /// Whether to also keep the one with the best validation accuracy, or with the lowest loss if early stopping uses the loss.
  public var best = true

  public init() {}
}

public struct LoggingSettings: Sendable, Equatable {
  /// Number of steps between lines of `metrics.jsonl`.
  public var everySteps = 20

  public init() {}
}
