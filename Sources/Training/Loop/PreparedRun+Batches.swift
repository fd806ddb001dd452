import DataPipeline
import NeuralNetworks
import PlainText
import RunSettings

/// Checks of a batch and of its shards.
extension PreparedRun {
  /// The first layers that normalise by statistics over samples; nil if there is none.
  struct BatchStatistics: Sendable {
    /// Over the samples of a shard.
    var ofShards: String?
    /// Over the samples of the whole batch.
    var ofBatches: String?

    init(of model: Model) {
      let layers = model.layers.compactMap { $0 as? BatchNorm }
      ofShards = layers.first { !$0.spansBatch }?.path
      ofBatches = layers.first { $0.spansBatch }?.path
    }
  }

  /// Number of shards: as configured, or one for each worker.
  ///
  /// - Throws: If it does not fit the workers, the batch, the data or the layers.
  public func shards(workers: Int) throws -> Int {
    let (shards, batchSize) = (configuration.training.shards ?? workers, configuration.training.batchSize)
    guard workers <= shards else { throw RunError.moreWorkersThanShards(workers: workers, shards: shards) }
    guard shards <= batchSize else { throw RunError.batchSmallerThanShards(batchSize: batchSize, shards: shards) }
    guard shards <= largestBatch else { throw RunError.moreShardsThanSamples(shards: shards, samples: largestBatch) }
    guard !carriesState || batchSize % shards == 0 else {
      throw RunError.streamsDoNotDivide(batchSize: batchSize, shards: shards)
    }
    if let layer = statistics.ofShards, largestBatch / shards < 2 {
      throw RunError.statisticsOfOneSample(layer: layer, batchSize: largestBatch, shards: shards)
    }
    if let layer = statistics.ofBatches, largestBatch < 2 {
      throw RunError.statisticsOfOneSample(layer: layer, batchSize: largestBatch, shards: nil)
    }
    return shards
  }

  /// Notes for a person on the sizes of shards, before training.
  func notes(shards: Int) -> [String] {
    guard let layer = statistics.ofShards ?? statistics.ofBatches else { return [] }
    let last = sampler.lastBatch
    guard last < largestBatch else { return [] }
    let advice = "set training.drop_last: true, or another training.batch_size"
    if statistics.ofShards != nil {
      let lone = (0..<shards).count { Sharding.range(count: last, part: $0, of: shards).count == 1 }
      guard lone > 0 else { return [] }
      return [
        "the last batch of an epoch has \(last.counted("sample")): \(lone) of its \(shards.counted("shard")) "
          + "\(lone == 1 ? "has" : "have") one sample, which gives layer \(layer) (batch_norm) no statistics; \(advice)"
      ]
    }
    guard last == 1 else { return [] }
    return [
      "the last batch of an epoch has one sample, which gives layer \(layer) (batch_norm) no statistics; \(advice)"
    ]
  }

  /// Number of samples of a full batch: at most those of an epoch.
  private var largestBatch: Int { sampler.largestBatch }

  /// - Throws: If a batch is larger than the data allow.
  static func checkBatch(_ sampler: any StepSampler, _ training: TrainingSettings) throws(DataError) {
    guard training.dropLast, sampler.largestBatch < training.batchSize else { return }
    let balanced = (sampler as? BalancedSampler).map {
      " (\($0.classCount) classes × \($0.samplesPerClass.counted("sample")), sampling: balanced)"
    }
    throw DataError(
      "training.drop_last",
      "leaves no batch of \(training.batchSize) in \(sampler.largestBatch) training samples\(balanced ?? "")",
      advice: "lower training.batch_size", isWrongUse: true)
  }
}
