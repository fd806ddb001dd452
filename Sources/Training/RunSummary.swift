import Foundation
import JSON
import RunSettings
import Tensors

/// Contents of `summary.json`, written when a run has ended: fractions and seconds; null if there is no value.
public struct RunSummary: Sendable, Equatable {
  public var steps = 0
  public var epochs = 0.0
  /// Including the time before the run was resumed.
  public var wallSeconds = 0.0
  public var samplesPerSecond = 0.0
  public var trainLoss: Double?
  /// Moving average of the steps' losses (decay 0.999), for language models.
  public var smoothedLoss: Double?
  public var validationLoss: Double?
  public var validationAccuracy: Double?
  /// Whether early stopping ended the run before its last step.
  public var stoppedEarly = false
  /// Step after which validation was best.
  public var bestStep: Int?
  public var testLoss: Double?
  public var testAccuracy: Double?
  public var workers = 1
  public var ranks = 1
  public var nodes = 1
  public var shards = 1
  public var parameters = 0
  /// How many of them were not trained.
  public var frozenParameters = 0
  public var batchSize = 0
  public var seed: UInt64 = 0
  /// The highest rate of the schedule.
  public var learningRate = 0.0
  /// Factor λ of the optimiser's weight decay.
  public var weightDecay = 0.0
  /// Factor λ of the loss term λ·Σw².
  public var l2 = 0.0
  /// Number of steps of the warm-up, as the run's length allowed.
  public var warmupSteps = 0
  /// Changes of settings during the run, in order.
  var history: [Continuation] = []
  /// Time of the end, in UTC: `2026-01-31T23:59:59Z`.
  public var date = ""
  /// Version of the program.
  public var version = ""
  /// Name of the processor of worker 0.
  public var processor = ""
  public var weightsSHA256 = ""

  /// Records the settings that tables of runs show, the time, and the program and machine that ended the run.
  mutating func record(_ configuration: RunConfiguration) {
    (batchSize, seed) = (configuration.training.batchSize, configuration.training.seed)
    learningRate = configuration.schedule.rate
    (weightDecay, l2) = (configuration.optimizer.weightDecay, configuration.optimizer.l2)
    date = Date.now.formatted(.iso8601)
    (version, processor) = (ProgramVersion.number, ProcessorFeatures.name)
  }

  /// Writes every key, even without a value: readers rely on it.
  public var json: JSON {
    [
      "steps": .integer(steps),
      "epochs": .number(epochs),
      "wall_seconds": .number(wallSeconds),
      "samples_per_second": .number(samplesPerSecond),
      "train_loss": .number(trainLoss),
      "smoothed_loss": .number(smoothedLoss),
      "validation_loss": .number(validationLoss),
      "validation_accuracy": .number(validationAccuracy),
      "stopped_early": .bool(stoppedEarly),
      "best_step": bestStep.map { .integer($0) } ?? .null,
      "test_loss": .number(testLoss),
      "test_accuracy": .number(testAccuracy),
      "workers": .integer(workers),
      "ranks": .integer(ranks),
      "nodes": .integer(nodes),
      "shards": .integer(shards),
      "parameters": .integer(parameters),
      "frozen_parameters": .integer(frozenParameters),
      "batch_size": .integer(batchSize),
      "seed": seed <= UInt64(Int.max) ? .integer(Int(seed)) : .string("\(seed)"),
      "learning_rate": .number(learningRate),
      "weight_decay": .number(weightDecay),
      "l2": .number(l2),
      "warmup_steps": .integer(warmupSteps),
      "history": .array(history.map(\.json)),
      "date": .string(date),
      "version": .string(version),
      "processor": .string(processor),
      "weights_sha256": .string(weightsSHA256),
    ]
  }
}
