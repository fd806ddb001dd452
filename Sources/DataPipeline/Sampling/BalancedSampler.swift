import Tensors

/// Epochs of as many samples of every class: what the smallest class has, drawn anew in each epoch, none of them twice.
///
/// The draws are keyed by (seed, epoch, class), the order by (seed, epoch), so it is as pure as `EpochSampler`. Classes
/// without samples take no part.
public struct BalancedSampler: StepSampler {
  /// Places of an epoch and the steps that they make.
  private let places: EpochSampler
  /// Samples of each class, ascending.
  private let members: [[Int]]
  /// Of an epoch.
  public let samplesPerClass: Int
  public let classCount: Int

  /// - Parameter labels: The class of each sample of the training split.
  public init(seed: UInt64, labels: [Int32], batchSize: Int, dropLast: Bool = false) {
    precondition(!labels.isEmpty, "a sampler of no samples")
    var members = [[Int]](repeating: [], count: Int(labels.max() ?? 0) + 1)
    for (sample, label) in labels.enumerated() { members[Int(label)].append(sample) }
    self.members = members
    let counts = members.map(\.count).filter { $0 > 0 }
    (samplesPerClass, classCount) = (counts.min() ?? 0, counts.count)
    places = EpochSampler(
      seed: seed, count: samplesPerClass * classCount, batchSize: batchSize, dropLast: dropLast)
  }

  public var stepsPerEpoch: Int { places.stepsPerEpoch }
  public func epoch(ofStep step: Int) -> Int { places.epoch(ofStep: step) }
  public func position(ofStep step: Int) -> Int { places.position(ofStep: step) }
  public func batchSize(ofStep step: Int) -> Int { places.batchSize(ofStep: step) }

  /// The samples of an epoch, in its order.
  public func order(epoch: Int) -> [Int] {
    var drawn: [Int] = []
    for (label, samples) in members.enumerated() where !samples.isEmpty {
      // Layer 0 of this purpose is the order of the epoch.
      var stream = RandomStream(
        seed: places.seed, purpose: .epochPermutation, epochOrStep: UInt32(epoch), sample: UInt32(label), layer: 1)
      drawn += stream.permutation(samples.count).prefix(samplesPerClass).map { samples[$0] }
    }
    return places.permutation(epoch: epoch).map { drawn[$0] }
  }

  public func makeReader() -> (Int) -> StepSamples {
    var epoch = -1
    var order: [Int] = []
    return { step in
      if self.epoch(ofStep: step) != epoch {
        epoch = self.epoch(ofStep: step)
        order = self.order(epoch: epoch)
      }
      return StepSamples(epoch: epoch, samples: order[places.positions(ofStep: step)])
    }
  }
}
