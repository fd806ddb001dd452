/// All that a resume requires besides tensors.
public struct CheckpointMetadata: Equatable, Sendable {
  /// The best evaluation on the validation split so far.
  public struct Best: Equatable, Sendable {
    /// Optimiser updates done when it was reached.
    public var step: Int
    /// The metric that was compared: `validation_loss`.
    public var metric: String
    public var value: Double

    public init(step: Int, metric: String, value: Double) {
      (self.step, self.metric, self.value) = (step, metric, value)
    }
  }

  /// Inputs of the model and the classes it tells apart.
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
  /// The settings that the bits depend on: the number of shards and the threads of a worker's BLAS.
  public var shards: Int
  public var blasThreads: Int
  /// How many workers there were; another number may go on.
  public var workers: Int
  /// Nil without a validation split.
  public var best: Best?
  /// The effective configuration, YAML.
  public var configuration: String
  /// State of the trainer itself, a JSON text that nobody else reads.
  public var progress: String
  /// The tokenizer, a JSON text; nil for models of images.
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

  /// More steps, epochs or samples than any run has; sums and products of few such numbers do not overflow.
  public static let largestCount = 1 << 48
  /// More shards, workers or threads than there are.
  private static let largestJob = 1 << 30

  /// Nil if a member is missing or makes no sense.
  init?(json: JSON, configuration: String, progress: String, tokenizer: String?, samples: Samples?) {
    func count(_ name: String, _ range: ClosedRange<Int>) -> Int? {
      json[name]?.integerValue.flatMap { range.contains($0) ? $0 : nil }
    }
    guard let step = count("step", 0...Self.largestCount), let epoch = count("epoch", 0...Self.largestCount),
      let position = count("position", 0...Self.largestCount), let shards = count("shards", 1...Self.largestJob),
      let workers = count("workers", 1...Self.largestJob), let blasThreads = count("blas_threads", 1...Self.largestJob),
      let bestValue = json["best"]
    else { return nil }
    var best: Best?
    if bestValue != .null {
      // JSON has no number for a loss that was not finite.
      let value = bestValue["value"] == .null ? Double.infinity : bestValue["value"]?.numberValue
      guard let bestStep = bestValue["step"]?.integerValue, (0...step).contains(bestStep),
        let metric = bestValue["metric"]?.text, let value
      else { return nil }
      best = Best(step: bestStep, metric: metric, value: value)
    }
    self.init(
      step: step, epoch: epoch, position: position, shards: shards, workers: workers, blasThreads: blasThreads,
      best: best, configuration: configuration, progress: progress, tokenizer: tokenizer, samples: samples)
  }
}

extension CheckpointMetadata.Samples {
  /// More elements than a sample has.
  private static let largestCount = 1 << 31

  var json: JSON {
    ["shape": .array(shape.map { .integer($0) }), "classes": .array(classes.map { .string($0) })]
  }

  /// Nil if it makes no sense.
  init?(json: JSON) {
    guard let sizes = json["shape"]?.elements, let names = json["classes"]?.elements else { return nil }
    (shape, classes) = (sizes.compactMap { $0.integerValue }, names.compactMap { $0.text })
    guard !shape.isEmpty, shape.count == sizes.count, shape.allSatisfy({ $0 > 0 }), classes.count == names.count,
      Set(classes).count == classes.count
    else { return nil }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.largestCount else { return nil }
      count = product
    }
  }
}
