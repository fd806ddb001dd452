import Configuration
import DataPipeline
import NeuralNetworks

extension RunConfiguration {
  /// The whole configuration: its sections in the order in which they are written.
  static var record: Record<RunConfiguration> {
    Record(
      "", "A run.", template: RunConfiguration(model: .layers([])),
      fields: [
        Field(
          "version", \.version, .configurationVersion,
          "Of the defaults: keys that are not written have those of this version."),
        Field("data", \.data, DatasetSpecification.record.codec, DatasetSpecification.record.summary),
        Field(
          "model", \.model, ModelSpecification.record.codec, required: true,
          example: "model: {architecture: mlp, hidden: [100]} or model: {layers: […]}",
          ModelSpecification.record.summary),
        Field("loss", \.loss, LossSpecification.record.codec, LossSpecification.record.summary),
        Field("optimizer", \.optimizer, OptimizerSpecification.record.codec, OptimizerSpecification.record.summary),
        Field("schedule", \.schedule, ScheduleSpecification.record.codec, ScheduleSpecification.record.summary),
        Field(
          "parameters", \.parameters.rules, ParameterRule.codec.list("rules"), ParameterRule.record.summary),
        Field("training", \.training, TrainingSettings.record.codec, TrainingSettings.record.summary),
        Field("evaluation", \.evaluation, EvaluationSettings.record.codec, EvaluationSettings.record.summary),
        Field("checkpoint", \.checkpoint, CheckpointSettings.record.codec, CheckpointSettings.record.summary),
        Field("logging", \.logging, LoggingSettings.record.codec, LoggingSettings.record.summary),
        Field("samples", \.samples, SampleSettings.record.codec, SampleSettings.record.summary),
      ])
  }
}

extension Codec where Value == Int? {
  /// An optional interval or length.
  fileprivate static var count: Codec { Codec<Int>.integer(atLeast: 1).optional }
}

extension TrainingSettings {
  static var record: Record<TrainingSettings> {
    Record(
      "training", "Length, batches and execution of training.", template: TrainingSettings(),
      fields: [
        Field(
          "batch_size", \.batchSize, .integer(atLeast: 1),
          "Samples of one optimiser step over all workers (the global batch)."),
        Field("steps", \.steps, .count, "Length of the run in optimiser steps; give this or `epochs`."),
        Field("epochs", \.epochs, .count, "Length of the run in passes over the training split."),
        Field(
          "shards", \.shards, .count,
          "Fixed parts of a global batch, and the largest number of workers. Weights are equal bit for bit for any "
            + "number of workers; null stands for the number of workers of the run."),
        Field(
          "early_stopping", \.earlyStopping, EarlyStoppingSettings.record.codec.optional,
          "Ends the run when the validation split no longer improves: see below."),
        Field("seed", \.seed, .seed, "Key of all random draws."),
        Field("drop_last", \.dropLast, .truth, "Leaves out an epoch's last batch if it is short."),
        Field(
          "sampling", \.sampling, .word(),
          "Samples of an epoch. `shuffled`: all, each once; `balanced`: as many of each class as the smallest class has, "
            + "drawn anew in each epoch."),
        Field("blas_threads", \.blasThreads, .integer(atLeast: 1), "BLAS and OpenMP threads of one worker."),
        Field(
          "overlap", \.overlap, .truth,
          "Sums gradients over the workers while the backward pass computes the rest. Weights are the same either way."),
        Field(
          "bucket_megabytes", \.bucketMegabytes, Codec.positive,
          "Smallest size of a bucket of gradients, in millions of bytes. It does not change the weights."),
        Field(
          "share_weights", \.shareWeights, Codec.truth.optional, defaultText: "from 4 MiB of weights on",
          "Whether workers with common memory (threads, ranks of a machine) have one copy of the weights and of the "
            + "optimiser's state, of which each updates a part, instead of a copy each. Weights are the same either way; "
            + "small ones are faster with a copy each, large ones with one."),
        Field(
          "compare_replicas", \.compareReplicas, .count,
          "Steps from one comparison of all workers' parameters, buffers and optimiser state to the next; they are compared "
            + "before each checkpoint too, and a difference ends the run. State that workers share (`share_weights`) is compared "
            + "between machines. null compares nothing."),
      ])
  }
}

extension EarlyStoppingSettings {
  static var record: Record<EarlyStoppingSettings> {
    Record(
      "training.early_stopping",
      "Ends a run before its last step, with a checkpoint and exit code 0, when the validation split no longer improves. "
        + "Evaluations at the interval of `evaluation` count.",
      template: EarlyStoppingSettings(patience: 1),
      fields: [
        Field(
          "patience", \.patience, .integer(atLeast: 1), required: true,
          "Consecutive evaluations without an improvement that end the run."),
        Field(
          "min_delta", \.minDelta, .notNegative,
          "An improvement is better than the best value so far by more than this."),
        Field(
          "metric", \.metric, .word(),
          "The metric that must improve: validation loss or accuracy. It also decides which checkpoint is the best."
        ),
      ])
  }
}

extension EvaluationSettings {
  static var record: Record<EvaluationSettings> {
    Record(
      "evaluation", "Evaluation of the validation split or, if there is none, of the test split.",
      template: EvaluationSettings(),
      fields: [
        Field("every_steps", \.everySteps, .count, "Optimiser steps from one evaluation to the next."),
        Field(
          "every_epochs", \.everyEpochs, .count, defaultText: "1; null if every_steps is given",
          "Epochs from one evaluation to the next."),
        Field(
          "block_size", \.blockSize, .integer(atLeast: 1),
          "Examples of one forward pass; fixed, so that results do not depend on the number of workers. Of a text, windows of "
            + "at most 8 192 tokens together."),
        Field("at_end", \.atEnd, .truth, "Evaluates the test split after the last step."),
      ])
  }
}

extension CheckpointSettings {
  static var record: Record<CheckpointSettings> {
    Record(
      "checkpoint",
      "Checkpoints besides the one at the end: intervals, which may be combined, and how many are kept.",
      template: CheckpointSettings(),
      fields: [
        Field("every_steps", \.everySteps, .count, "Optimiser steps between checkpoints."),
        Field("every_epochs", \.everyEpochs, .count, "Epochs between checkpoints."),
        Field("every_minutes", \.everyMinutes, Codec.positive.optional, "Minutes between checkpoints."),
        Field(
          "keep", \.keep, .integer(atLeast: 1),
          "Number of recent checkpoints to keep; one extra until the next step's loss is known to be finite."),
        Field(
          "best", \.best, .truth,
          "Keeps the one with the best validation result too: by accuracy, for a text by loss, or by the metric of `training.early_stopping`."
        ),
      ])
  }
}

extension LoggingSettings {
  static var record: Record<LoggingSettings> {
    Record(
      "logging", "The log that is written during training.", template: LoggingSettings(),
      fields: [
        Field("every_steps", \.everySteps, .integer(atLeast: 1), "Steps between lines of `metrics.jsonl`.")
      ])
  }
}
