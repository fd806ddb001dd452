import Tensors

/// A split of a run's data: images with their classes, or a text.
public protocol SampleSplit: Sendable {
  /// Samples an epoch: images, or windows of a text.
  var count: Int { get }
  /// Shape of a sample as the model takes it: `[height, width, channels]`, `[features]`, or `[time]` of a text.
  var sampleShape: [Int] { get }
  /// What a model tells apart: classes, or the tokens of the vocabulary.
  var outputs: Int { get }
  /// Names of the classes, in order; empty where tokens are predicted.
  var classNames: [String] { get }
  /// Samples of each class; nil where there are no classes.
  var classCounts: [Int]? { get }

  /// The order of training.
  func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) throws(DataError) -> any StepSampler

  func makeAssembler(
    normalizer: Normalizer, augmentation: Augmentation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler

  /// What tells these data from others, in few bytes. See `DatasetSplits.contentDigest`.
  func addContent(to hash: inout SHA256) throws(DataError)
  /// Shape of the samples, as the digest has it.
  var contentShape: String { get }
}

extension ImageSplit: SampleSplit {
  public var outputs: Int { classNames.count }
  public var contentShape: String { "\(dataset.imageShape)" }

  public var classCounts: [Int]? {
    var counts = [Int](repeating: 0, count: classNames.count)
    for sample in 0..<count { counts[Int(label(ofSample: sample))] += 1 }
    return counts
  }

  public func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) -> any StepSampler {
    EpochSampler(seed: seed, count: count, batchSize: batchSize, dropLast: dropLast)
  }

  public func makeAssembler(
    normalizer: Normalizer, augmentation: Augmentation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler {
    ImageAssembler(split: self, normalizer: normalizer, augmentation: augmentation, seed: seed, pool: pool)
  }
}
