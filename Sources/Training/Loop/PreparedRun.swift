import Checkpoints
import Collectives
import DataPipeline
import Files
import Foundation
import Inference
import NeuralNetworks
import PlainText
import RunSettings
import Tensors

/// State of a run that is the same for all workers of a process: the configuration, the opened data, and values derived from them.
public struct PreparedRun: Sendable {
  public private(set) var configuration: RunConfiguration
  public let options: RunOptions
  public let stop: StopRequest
  private(set) var data: DatasetSplits
  let layers: [LayerSpecification]
  private let hasRecurrentState: Bool
  let loss: Loss
  let sampler: any StepSampler
  /// Layers that require several samples in a batch or shard.
  let statistics: BatchStatistics
  public let totalSteps: Int
  let schedule: Schedule
  /// Layout of a gradient buffer, and its buckets.
  let bufferLayout: GradientBufferLayout
  let buckets: Buckets
  /// Memory of the training state.
  public let memory: StateMemory

  /// Opens the data and makes all checks that are possible before workers start. The normaliser is computed by the workers
  /// together: `normalized(over:)`.
  ///
  /// - Parameters:
  ///   - configuration: What is trained, on which data, and how.
  ///   - dataDirectory: Where the data are, if not where the configuration says; nil takes that.
  ///   - options: Run folder and resuming.
  ///   - stop: Asks for a stop.
  ///   - warn: Called if opening the data waits for another process.
  ///   - note: Called when something takes long.
  /// - Throws: `StoppedBeforeTraining` if a stop is requested while data are prepared.
  public init(
    _ configuration: RunConfiguration, dataDirectory: String? = nil, options: RunOptions = RunOptions(),
    stop: StopRequest = StopRequest(), warn: @escaping (String) -> Void = { _ in },
    note: @escaping (String) -> Void = { _ in }
  ) throws {
    let training = configuration.training
    self.configuration = configuration.reading(from: dataDirectory)
    self.options = options
    self.stop = stop
    try training.setThreadCount()
    let monitor = PreparationMonitor(warn: warn, note: note) { stop.reason != nil }
    do throws(DataError) {
      data = try DatasetSplits.open(
        configuration.data.located(in: dataDirectory), dataDirectory: dataDirectory, seed: training.seed,
        normalizer: Normalizer.none, monitor: monitor, imageCache: options.imageCache)
    } catch {
      if error == .stopped { throw StoppedBeforeTraining(reason: stop.reason ?? .termination) }
      throw error
    }
    if training.earlyStopping != nil || configuration.schedule.followsEvaluations, data.validation == nil {
      throw DataError(
        training.earlyStopping != nil ? "training.early_stopping" : "schedule.kind \(configuration.schedule.name)",
        "requires a validation split, and the data have no folder val",
        advice: "give data.validation, for example validation: 0.1", isWrongUse: true)
    }
    guard data.training.count > 0 else { throw RunError.noTrainingSamples }
    layers = try configuration.model.layers(inputShape: data.sampleShape, outputs: data.outputs)
    if case .explicit(let weights) = configuration.loss.classWeights, weights.count != data.outputs {
      throw DataError(
        "loss.class_weights", "has \(weights.count) weights for \(data.outputs) classes",
        advice: "give one weight a class, in the classes' order", isWrongUse: true)
    }
    loss = Loss(
      configuration.loss, classes: data.outputs, balancedWeights: data.training.balancedClassWeights)
    sampler = try Self.sampler(of: data.training, training)
    try Self.checkBatch(sampler, training)
    if let balanced = sampler as? BalancedSampler {
      let (classes, samples) = (balanced.classCount, balanced.samplesPerClass)
      if classes * samples < training.batchSize {
        data.notes.append(
          "an epoch has \(classes) classes × \(samples.counted("sample")), less than a batch: training.sampling "
            + "balanced takes of each class what the smallest has")
      }
    }
    totalSteps = training.totalSteps(stepsPerEpoch: sampler.stepsPerEpoch)
    schedule = Schedule(configuration.schedule, totalSteps: totalSteps)
    // The model is built once here to find shapes that do not fit, before there is a worker, a run folder or a rank.
    let model = try Self.emptyModel(layers, for: data, rules: configuration.parameters)
    try configuration.parameters.requireMatches(in: model.store)
    data.notes += model.notesOnPatches
    hasRecurrentState = model.hasRecurrentState
    statistics = BatchStatistics(of: model)
    bufferLayout = GradientBufferLayout(store: model.store)
    buckets = bufferLayout.buckets(model.store.trainable, training)
    memory = StateMemory(of: model.store, configuration)
    if configuration.samples.areWanted, let tokenizer = data.tokenizer, let text = configuration.data.text {
      _ = try TextGenerator.tokens(
        of: configuration.samples.promptBytes, tokenizer, for: model, window: text.window)
    }
  }

  /// The model without memory for its parameters.
  func emptyModel() throws(ModelError) -> Model {
    try Self.emptyModel(layers, for: data, rules: configuration.parameters)
  }

  private static func emptyModel(
    _ layers: [LayerSpecification], for data: DatasetSplits, rules: ParameterRules
  ) throws(ModelError) -> Model {
    try Model(
      layers, inputShape: data.sampleShape, outputs: data.outputs, vocabulary: data.vocabulary,
      predictsTokens: data.predictsTokens, pool: nil, rules: rules)
  }

  /// The run with its normaliser, as workers require it. Collective.
  func normalized(over communicator: any Communicator) throws -> PreparedRun {
    var copy = self
    copy.data.normalizer = try Normalizer(configuration.data.normalization, of: data.training, over: communicator)
    return copy
  }

  /// The run with the defaults of the version of the checkpoint that it resumes from. Collective.
  func withDefaultsOfCheckpoint(over communicator: any Communicator) throws -> PreparedRun {
    let own = communicator.worker == 0 ? RunRecorder.configurationToResume(options)?.version : nil
    let agreed = try communicator.broadcast(bytes: Array((own.map { "\($0)" } ?? "").utf8), from: 0)
    guard let version = Int(String(decoding: agreed, as: UTF8.self)) else { return self }
    var copy = self
    copy.configuration = configuration.withDefaults(ofVersion: version)
    copy.data.transforms = copy.configuration.data.transforms
    return copy
  }

  private static func sampler(
    of split: any SampleSplit, _ training: TrainingSettings
  ) throws(DataError) -> any StepSampler {
    if training.sampling == .balanced, let labels = split.labels {
      return BalancedSampler(
        seed: training.seed, labels: labels, batchSize: training.batchSize, dropLast: training.dropLast)
    }
    return try split.makeSampler(seed: training.seed, batchSize: training.batchSize, dropLast: training.dropLast)
  }

  /// Whether recurrent layers continue from the state of the previous step.
  var carriesState: Bool {
    configuration.data.text?.order == .sequential && hasRecurrentState
  }

  /// Metric of the best checkpoint.
  var bestMetric: EarlyStoppingSettings.Metric { configuration.bestMetric }

  func epoch(after steps: Int) -> Double { Double(steps) / Double(sampler.stepsPerEpoch) }

  /// Whether something with an interval in steps or epochs is due after `steps` steps.
  func isDue(after steps: Int, everySteps: Int?, everyEpochs: Int?) -> Bool {
    if let everySteps, steps % everySteps == 0 { return true }
    if let everyEpochs, steps % (everyEpochs * sampler.stepsPerEpoch) == 0 { return true }
    return false
  }
}

extension RunConfiguration {
  /// Metric of the best checkpoint.
  var bestMetric: EarlyStoppingSettings.Metric { training.earlyStopping?.metric ?? (data.isText ? .loss : .accuracy) }
}

/// Choices of the command line about a run, none of which changes its weights.
public struct RunOptions: Sendable {
  /// Folder to write to; nil makes a new one under `runs`.
  public var runFolder: String?
  public var resume = ResumeMode.automatic
  /// Whether other settings of the learning are accepted on resume, and used for the rest of the run.
  public var continuesWithChanges = false
  /// Name of the configuration, for a new folder's name.
  public var name = "run"
  /// The file that the configuration was read from, which a run never overwrites.
  public var configurationFile: String?
  /// Whether the run is profiled.
  public var isProfiled = false
  /// Where decoded images are kept.
  public var imageCache = ImageCacheSettings()
  /// Reports that a worker got no more memory, and ends the process.
  public var endOutOfMemory: @Sendable (OutOfMemory) -> Never = OutOfMemory.end

  public init(runFolder: String? = nil, resume: ResumeMode = .automatic, name: String = "run") {
    (self.runFolder, self.resume, self.name) = (runFolder, resume, name)
  }

  /// `quickstart` for `configs/quickstart.yaml`.
  public static func name(ofConfiguration file: String) -> String {
    URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
  }

  /// Makes the folder `runs/NAME-20260131-235959`, with a number appended if that exists.
  public static func claimRunFolder(named name: String) throws(CheckpointError) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    return try RunFolder.claim("runs/\(name)-\(formatter.string(from: Date()))")
  }
}

public enum ResumeMode: Sendable, Equatable {
  /// Resumes if the folder has a checkpoint, else starts.
  case automatic
  /// Starts, and refuses a folder that is not empty.
  case never
  /// Resumes from this file.
  case checkpoint(String)

  public init(argument: String) {
    switch argument {
    case "auto": self = .automatic
    case "never": self = .never
    default: self = .checkpoint(argument)
    }
  }
}
