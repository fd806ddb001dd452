import Checkpoints
import DataPipeline
import RunSettings
import Tensors

/// Converts a user's input for a model, in the same way as in the run's validation.
enum ClassifierInput: Sendable {
  /// An image, scaled to a shape and normalised.
  case image(ImageShape, ImagePreparation, ImageFileLimits)
  case text(any Tokenizer, length: Int)
  /// Values of a sample of this shape, which a program gives.
  case values([Int])

  init(_ samples: CheckpointMetadata.Samples, of file: Checkpoint, _ configuration: RunConfiguration) throws {
    if let json = file.metadata.tokenizer, samples.shape.count == 1 {
      guard samples.shape[0] <= Self.longestText else {
        throw CheckpointError(
          .damaged, path: file.path, "it takes texts of \(samples.shape[0]) tokens, more than any text has",
          hint: "use another checkpoint or get the file again")
      }
      self = .text(try Tokenizers.load(json: json, from: file.path), length: samples.shape[0])
      return
    }
    if configuration.data.areArrays {
      self = .values(samples.shape)
      return
    }
    guard samples.shape.count == 3, [1, 3].contains(samples.shape[2]) else {
      throw ClassificationError.takesNumbers(file.path, shape: samples.shape)
    }
    let size = samples.imageShape
    let shape = ImageShape(height: size[0], width: size[1], channels: size[2])
    // The run read no larger files, but it may have enlarged small ones.
    let limits = configuration.data.imageFiles
    let scaled = limits.size.map { $0.height * $0.width } ?? 0
    guard shape.height * shape.width <= max(limits.maxPixels, scaled) else {
      throw CheckpointError(
        .damaged, path: file.path,
        "it takes images of \(shape), more pixels than its configuration allows (data.max_image_pixels)",
        hint: "use another checkpoint or get the file again")
    }
    let transforms = configuration.data.transforms
    guard (try? transforms.sampleShape(of: size, configuration.data.normalization)) == samples.shape else {
      throw CheckpointError(
        .damaged, path: file.path, "its transforms do not make its samples of images of \(shape)",
        hint: "use another checkpoint or get the file again")
    }
    let normalizer = try Normalizer(of: file, kind: configuration.data.normalization)
    try normalizer.check(fits: shape)
    self = .image(
      shape, ImagePreparation(normalizer, transforms: transforms.evaluation), limits)
  }

  /// Largest number of tokens that an input is padded to.
  private static let longestText = 1 << 22

  var takesFiles: Bool {
    switch self {
    case .image: true
    case .text, .values: false
    }
  }

  /// Number of different tokens, including the padding token; nil for images.
  var vocabulary: Int? {
    switch self {
    case .image, .values: nil
    case .text(let tokenizer, _): tokenizer.vocabularySize + 1
    }
  }

  /// A batch of one input.
  ///
  /// - Parameter line: Number of the input's line, from 1; nil for a single input.
  /// - Returns: The batch, and the numbers of tokens of a text that is longer than the model reads.
  func batch(of input: [UInt8], line: Int?, pool: StoragePool) throws -> (Batch, cut: Classification.Cut?) {
    guard !input.isEmpty else {
      throw DataError(
        line.map { "line \($0)" } ?? "an input", "is empty",
        advice: takesFiles ? "name an image file" : "give a text of at least one character", isWrongUse: true)
    }
    let name = String(decoding: input, as: UTF8.self)
    switch self {
    case .image(let shape, let preparation, let limits):
      return (try batch(of: ImageSplit(try image(name, shape, limits, line: line)), preparation, pool), nil)
    case .text(let tokenizer, let length):
      let shown = name.count > 40 ? "\(name.prefix(39))…" : name
      let split = try LabelledTextSplit(
        loneText: input, named: "'\(shown)'", line: line ?? 1, length: length, tokenizer: tokenizer)
      let tokens = split.tokenCount(ofSample: 0)
      return (try batch(of: split, .none, pool), tokens > length ? .init(tokens: tokens, length: length) : nil)
    case .values(let shape): throw ClassificationError.takesNumbers("the checkpoint", shape: shape)
    }
  }

  /// A batch of the images among some files, and for each file its fault, or nil if its image is in the batch.
  func batch(ofFiles paths: ArraySlice<String>, pool: StoragePool) throws -> (Batch, faults: [DataError?]) {
    guard case .image(let shape, let preparation, let limits) = self else {
      preconditionFailure("files for a model of texts")
    }
    let block = ImageBlock(shape: shape, count: paths.count) { number throws(DataError) in
      try image(paths[paths.startIndex + number], shape, limits, line: nil)
    }
    let assembler = ImageSplit(block).makeAssembler(preparation, seed: 0, pool: pool)
    return (try assembler.assembleForEvaluation(0..<block.count), block.faults)
  }

  private func image(
    _ path: String, _ shape: ImageShape, _ limits: ImageFileLimits, line: Int?
  ) throws(DataError) -> SingleImage {
    do throws(DataError) {
      return try SingleImage(contentsOf: path, shape: shape, limits.sizing, limit: limits.maxPixels)
    } catch {
      var error = error
      if let line { error.location = "line \(line), \(error.location)" }
      throw error
    }
  }

  private func batch(of split: some SampleSplit, _ preparation: ImagePreparation, _ pool: StoragePool) throws -> Batch {
    try split.makeAssembler(preparation, seed: 0, pool: pool).assembleForEvaluation(0..<1)
  }
}
