import JSON

/// Contents of `summary.json`, written when a run has ended. Fractions, seconds; null where there is none.
public struct RunSummary: Sendable, Equatable {
  public var steps = 0
  public var epochs = 0.0
  /// Over all parts of a run that was stopped and went on.
  public var wallSeconds = 0.0
  public var samplesPerSecond = 0.0
  public var trainLoss: Double?
  /// The moving average of the steps' losses (0.999 of it is kept in a step), of models of language.
  public var smoothedLoss: Double?
  public var validationLoss: Double?
  public var validationAccuracy: Double?
  /// Whether early stopping ended the run before its last step.
  public var stoppedEarly = false
  /// After which step validation was best.
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
  /// Of the schedule, as the run's length allowed.
  public var warmupSteps = 0
  public var weightsSHA256 = ""

  /// Every key is there, whether or not there is a value: readers rely on it.
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
      "warmup_steps": .integer(warmupSteps),
      "weights_sha256": .string(weightsSHA256),
    ]
  }
}
