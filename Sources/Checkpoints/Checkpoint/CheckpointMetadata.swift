/// What a run needs besides tensors to go on where it stopped.
public struct CheckpointMetadata: Equatable, Sendable {
  /// The best evaluation on the validation split so far.
  public struct Best: Equatable, Sendable {
    /// Optimiser updates done when it was reached.
    public var step: Int
    /// What was compared: `validation_loss`.
    public var metric: String
    public var value: Double

    public init(step: Int, metric: String, value: Double) {
      (self.step, self.metric, self.value) = (step, metric, value)
    }
  }

  /// What the model takes and what it tells apart.
  public struct Samples: Equatable, Sendable {
    /// Shape of a sample: `[height, width, channels]`, `[features]`, or `[time]` of a text.
    public var shape: [Int]
    /// Names of the classes, in the order of the outputs; empty where tokens are predicted.
    public var classes: [String]

    public init(shape: [Int], classes: [String]) { (self.shape, self.classes) = (shape, classes) }
  }

  /// Optimiser updates done.
  public var step: Int
  /// The epoch that the next step belongs to, from 0, and how many samples of it are used up.
  public var epoch: Int
  public var position: Int
  /// What the bits depend on: the number of shards and the threads of a worker's BLAS.
  public var shards: Int
  public var blasThreads: Int
  /// How many workers there were; another number may go on.
  public var workers: Int
  /// Nil without a validation split.
  public var best: Best?
  /// The effective configuration, YAML.
  public var configuration: String
  /// What the trainer itself wants to find again, a JSON text that nobody else reads.
  public var progress: String
  /// What cuts text into tokens, a JSON text; nil for models of images.
  public var tokenizer: String?
  /// Nil in checkpoints of before this was written down.
  public var samples: Samples?

  public init(
    step: Int, epoch: Int, position: Int, shards: Int, workers: Int, blasThreads: Int, best: Best? = nil,
    configuration: String, progress: String = "{}", tokenizer: String? = nil, samples: Samples? = nil
  ) {
    (self.step, self.epoch, self.position) = (step, epoch, position)
    (self.shards, self.workers, self.blasThreads) = (shards, workers, blasThreads)
    (self.best, self.configuration, self.progress, self.tokenizer) = (best, configuration, progress, tokenizer)
    self.samples = samples
  }

  /// Whether the weights beside this are those of the best evaluation.
  public var isBest: Bool { best?.step == step }
}

extension CheckpointMetadata {
  /// All but the texts, as the file's metadata has it.
  var json: JSON {
    let best: JSON? = best.map {
      ["step": .integer($0.step), "metric": .string($0.metric), "value": .number($0.value)]
    }
    return [
      "step": .integer(step), "epoch": .integer(epoch), "position": .integer(position), "shards": .integer(shards),
      "workers": .integer(workers), "blas_threads": .integer(blasThreads), "best": best ?? .null,
    ]
  }

  /// Nil if a member is missing or makes no sense.
  init?(json: JSON, configuration: String, progress: String, tokenizer: String?, samples: Samples?) {
    func natural(_ name: String) -> Int? { json[name]?.integerValue.flatMap { $0 >= 0 ? $0 : nil } }
    guard let step = natural("step"), let epoch = natural("epoch"), let position = natural("position"),
      let shards = natural("shards"), let workers = natural("workers"), let blasThreads = natural("blas_threads"),
      let bestValue = json["best"]
    else { return nil }
    var best: Best?
    if bestValue != .null {
      guard let bestStep = bestValue["step"]?.integerValue, let metric = bestValue["metric"]?.text,
        let value = bestValue["value"]?.numberValue
      else { return nil }
      best = Best(step: bestStep, metric: metric, value: value)
    }
    self.init(
      step: step, epoch: epoch, position: position, shards: shards, workers: workers, blasThreads: blasThreads,
      best: best, configuration: configuration, progress: progress, tokenizer: tokenizer, samples: samples)
  }
}

extension CheckpointMetadata.Samples {
  var json: JSON {
    ["shape": .array(shape.map { .integer($0) }), "classes": .array(classes.map { .string($0) })]
  }

  /// Nil if it makes no sense.
  init?(json: JSON) {
    guard let sizes = json["shape"]?.elements, let names = json["classes"]?.elements else { return nil }
    (shape, classes) = (sizes.compactMap { $0.integerValue }, names.compactMap { $0.text })
    guard !shape.isEmpty, shape.count == sizes.count, shape.allSatisfy({ $0 > 0 }), classes.count == names.count
    else { return nil }
  }
}
