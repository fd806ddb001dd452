import Configuration
import DataPipeline
import NeuralNetworks

/// Everything that describes a run: data, model, how it is trained, and what is kept of it.
///
/// Read it from YAML with `load(file:overrides:)`; `effectiveYAML()` writes it back with all defaults filled in.
public struct RunConfiguration: Sendable, Equatable {
  /// Of the defaults of keys that are not written: see `currentVersion`.
  public internal(set) var version = RunConfiguration.currentVersion
  public var data = DatasetSpecification()
  public var model: ModelSpecification
  public var loss = LossSpecification.crossEntropy()
  public var optimizer = OptimizerSpecification.sgd()
  public var schedule = ScheduleSpecification.constant(rate: 0.01)
  /// Groups of parameters that are trained otherwise than the rest.
  public var parameters = ParameterRules()
  public var training = TrainingSettings()
  public var evaluation = EvaluationSettings()
  public var checkpoint = CheckpointSettings()
  public var logging = LoggingSettings()
  public var samples = SampleSettings()
  package var unwritten = Unwritten()

  public init(model: ModelSpecification) { self.model = model }

  /// The same with the location of its data, where `--data` gives another, or the path means another in another folder.
  package func reading(from dataDirectory: String?) -> RunConfiguration {
    var copy = self
    copy.data = data.settled(in: dataDirectory)
    return copy
  }
}

/// How long and in what portions a run trains.
public struct TrainingSettings: Sendable, Equatable {
  /// Which samples an epoch visits.
  public enum Sampling: String, Sendable, CaseIterable {
    /// Each sample once.
    case shuffled
    /// As many of each class as the smallest one has, drawn anew in each epoch.
    case balanced
  }

  /// Samples of one optimiser step over all workers.
  public var batchSize = 100
  /// Length of the run. A configuration that was read has exactly one of the two.
  public var steps: Int?
  public var epochs: Int?
  /// Fixed parts of a global batch; nil stands for the number of workers.
  public var shards: Int?
  /// Nil trains to the last step whatever validation says.
  public var earlyStopping: EarlyStoppingSettings?
  public var seed: UInt64 = 1
  /// Leaves out an epoch's last batch where it is short.
  public var dropLast = false
  public var sampling = Sampling.shuffled
  /// BLAS and OpenMP threads of one worker.
  public var blasThreads = 1
  /// Sums gradients over the workers while the backward pass still computes others.
  public var overlap = true
  /// The least that is summed together, 10⁶ bytes each.
  public var bucketMegabytes = 4.0
  /// Whether workers that share memory have one copy of the weights and of the optimiser's state, of which each updates a
  /// part; nil decides by their size.
  public var shareWeights: Bool?
  /// Steps from one comparison of the workers' replicas to the next; nil compares none.
  public var compareReplicas: Int? = 100

  public init() {}

  /// Optimiser steps of the whole run, where an epoch has `stepsPerEpoch` of them.
  public func totalSteps(stepsPerEpoch: Int) -> Int { steps ?? (epochs ?? 0) * stepsPerEpoch }
}

/// When a run ends before its last step because the validation split no longer improves.
public struct EarlyStoppingSettings: Sendable, Equatable {
  public enum Metric: String, Sendable, CaseIterable { case loss, accuracy }

  /// Evaluations in a row without an improvement that end the run.
  public var patience: Int
  /// How much a value must be better than the best one before to count as an improvement; strictly better at 0.
  public var minDelta = 0.0
  public var metric = Metric.loss

  public init(patience: Int) { self.patience = patience }
}

/// When the validation split (the test split where there is none) is evaluated, and how.
public struct EvaluationSettings: Sendable, Equatable {
  public var everySteps: Int?
  public var everyEpochs: Int? = 1
  /// Examples of one forward pass. It is fixed so that the sums do not depend on the number of workers.
  public var blockSize = 500
  /// Evaluates the test split after the last step.
  public var atEnd = true

  public init() {}
}

/// When checkpoints are written beside the one at the end, and which of them stay.
public struct CheckpointSettings: Sendable, Equatable {
  public var everySteps: Int?
  public var everyEpochs: Int?
  public var everyMinutes: Double? = 10
  /// Number of recent checkpoints to keep.
  public var keep = 3
  /// Keeps the one with the best validation accuracy too, or the lowest loss where early stopping goes by the loss.
  public var best = true

  public init() {}
}

public struct LoggingSettings: Sendable, Equatable {
  /// Steps from one line of `metrics.jsonl` to the next.
  public var everySteps = 20

  public init() {}
}
