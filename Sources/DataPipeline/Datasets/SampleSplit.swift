import Hashing
import Tensors

/// A split of a run's data: images with their classes, or a text.
public protocol SampleSplit: Sendable {
  /// Samples an epoch: images, or windows of a text.
  var count: Int { get }
  /// Shape of a sample, of images before any transform: `[height, width, channels]`, `[features]`, or `[time]` of a text.
  var sampleShape: [Int] { get }
  /// Names of the outputs: classes, or the tokens of the vocabulary.
  var outputs: Int { get }
  /// Names of the classes, in order; empty if tokens are predicted.
  var classNames: [String] { get }
  /// Class of each sample; nil if there are no classes.
  var labels: [Int32]? { get }

  /// Path of a sample's file; nil if samples are not files.
  func file(ofSample sample: Int) -> String?

  /// Makes the sampler for training.
  func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) throws(DataError) -> any StepSampler

  /// - Parameters:
  ///   - preparation: Preparation of images; texts ignore it.
  ///   - seed: Seed of random transforms.
  ///   - pool: Memory for the batches.
  func makeAssembler(
    _ preparation: ImagePreparation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler

  /// Adds the contents of the split to a digest. See `DatasetSplits.contentDigest`.
  func addContent(to hash: inout SHA256) throws(DataError)
  /// Shape of the samples, for the digest.
  var contentShape: String { get }
}

extension SampleSplit {
  public func file(ofSample sample: Int) -> String? { nil }

  /// Samples of each class; nil if there are no classes.
  public var classCounts: [Int]? {
    labels.map { labels in
      var counts = [Int](repeating: 0, count: classNames.count)
      for label in labels { counts[Int(label)] += 1 }
      return counts
    }
  }
}

extension ImageSplit: SampleSplit {
  public var outputs: Int { classNames.count }
  public var contentShape: String { "\(dataset.imageShape)" }
  public var labels: [Int32]? { records.map { dataset.labels[$0] } }
  public func file(ofSample sample: Int) -> String? { dataset.file(ofRecord: records[sample]) }

  public func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) -> any StepSampler {
    EpochSampler(seed: seed, count: count, batchSize: batchSize, dropLast: dropLast)
  }

  public func makeAssembler(
    _ preparation: ImagePreparation, seed: UInt64, pool: StoragePool
  ) -> any BatchAssembler {
    ImageAssembler(split: self, preparation, seed: seed, pool: pool)
  }
}

extension SampleSplit {
  /// Weight of each class, n / (K · nₖ), so that all classes have equal weight over the split. A class without samples gets 0. Nil
  /// if there are no classes.
  package var balancedClassWeights: [Double]? {
    guard let counts = classCounts else { return nil }
    return counts.map { $0 > 0 ? Double(count) / Double(counts.count * $0) : 0 }
  }
}
