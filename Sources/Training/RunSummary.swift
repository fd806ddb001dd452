import JSON

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
  /// Number of steps of the warm-up, as the run's length allowed.
  public var warmupSteps = 0
  public var weightsSHA256 = ""

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
      "warmup_steps": .integer(warmupSteps),
      "weights_sha256": .string(weightsSHA256),
    ]
  }
}
