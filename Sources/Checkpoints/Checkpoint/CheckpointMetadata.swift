import JSON

/// Everything that a resume requires besides tensors.
public struct CheckpointMetadata: Equatable, Sendable {
  /// The best evaluation on the validation split so far.
  public struct Best: Equatable, Sendable {
    /// Number of optimiser updates when it was reached.
    public var step: Int
    /// The metric that was compared: `validation_loss`.
    public var metric: String
    public var value: Double

    public init(step: Int, metric: String, value: Double) {
      (self.step, self.metric, self.value) = (step, metric, value)
    }
  }

  /// Inputs and classes of the model.
  public struct Samples: Equatable, Sendable {
    /// Shape of a sample: `[height, width, channels]`, `[features]`, or `[time]` of a text.
    public var shape: [Int]
    /// Names of the classes, in the order of the outputs; empty if tokens are predicted.
    public var classes: [String]
    /// Shape of an image before transforms, which differs from `shape` if they crop.
    public var imageShape: [Int]

    /// - Parameters:
    ///   - shape: Shape of a sample as the model takes it.
    ///   - classes: Names of the classes, in the order of the outputs.
    ///   - imageShape: Shape of an image before transforms; nil if it is `shape`.
    public init(shape: [Int], classes: [String], imageShape: [Int]? = nil) {
      (self.shape, self.classes, self.imageShape) = (shape, classes, imageShape ?? shape)
    }
  }

  /// Number of optimiser updates done.
  public var step: Int
  /// Epoch of the next step, from 0, and number of its samples that are used up.
  public var epoch: Int
  public var position: Int
  /// Settings on which the bits depend: the number of shards, and of BLAS threads for each worker.
  public var shards: Int
  public var blasThreads: Int
  /// Number of workers; a resume may have another.
  public var workers: Int
  /// Nil without a validation split.
  public var best: Best?
  /// The effective configuration, YAML.
  public var configuration: String
  /// State of the trainer itself, a JSON text that only the trainer reads.
  public var progress: String
  /// The tokenizer, a JSON text; nil for models of images.
  public var tokenizer: String?
  /// Nil in checkpoints of earlier versions.
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

  /// Whether this checkpoint's weights are those of the best evaluation.
  public var isBest: Bool { best?.step == step }
}

extension CheckpointMetadata {
  /// Everything except the texts, as in the file's metadata.
  var json: JSON {
    let best: JSON? = best.map {
      ["step": .integer($0.step), "metric": .string($0.metric), "value": .number($0.value)]
    }
    return [
      "step": .integer(step), "epoch": .integer(epoch), "position": .integer(position), "shards": .integer(shards),
      "workers": .integer(workers), "blas_threads": .integer(blasThreads), "best": best ?? .null,
    ]
  }

  /// Upper bound of steps, epochs and samples, small enough that sums and products of a few do not overflow.
  public static let largestCount = 1 << 48
  /// Upper bound of shards, workers and threads.
  private static let largestJob = 1 << 30

  /// Nil if a member is missing or invalid.
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
  /// Upper bound of a sample's elements.
  private static let largestCount = 1 << 31

  var json: JSON {
    var members = [
      JSON.Member("shape", .array(shape.map { .integer($0) })),
      JSON.Member("classes", .array(classes.map { .string($0) })),
    ]
    if imageShape != shape { members.append(JSON.Member("image_shape", .array(imageShape.map { .integer($0) }))) }
    return .object(members)
  }

  /// Nil if the object is invalid.
  init?(json: JSON) {
    guard let shape = Self.shape(json["shape"]), let names = json["classes"]?.elements else { return nil }
    let classes = names.compactMap { $0.text }
    guard classes.count == names.count, Set(classes).count == classes.count else { return nil }
    guard let written = json["image_shape"] else {
      self.init(shape: shape, classes: classes)
      return
    }
    guard let imageShape = Self.shape(written), imageShape.count == shape.count else { return nil }
    self.init(shape: shape, classes: classes, imageShape: imageShape)
  }

  private static func shape(_ json: JSON?) -> [Int]? {
    guard let sizes = json?.elements else { return nil }
    let shape = sizes.compactMap { $0.integerValue }
    guard !shape.isEmpty, shape.count == sizes.count, shape.allSatisfy({ $0 > 0 }) else { return nil }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= largestCount else { return nil }
      count = product
    }
    return shape
  }
}
