import Tensors

/// Epochs with equally many samples of every class, as many as the smallest class has: drawn anew for each epoch, none of them
/// twice.
///
/// The draws are keyed by (seed, epoch, class), the order by (seed, epoch), so this is a pure function as `EpochSampler` is.
/// Classes without samples are left out.
public struct BalancedSampler: StepSampler {
  /// Positions of an epoch and their steps.
  private let positions: EpochSampler
  /// Samples of each class, ascending.
  private let members: [[Int]]
  /// Samples of each class in an epoch.
  public let samplesPerClass: Int
  public let classCount: Int

  /// - Parameters:
  ///   - seed: Seed of the random draws.
  ///   - labels: The class of each sample of the training split.
  ///   - batchSize: Samples of a global batch.
  ///   - dropLast: Whether a short last batch of an epoch is left out.
  public init(seed: UInt64, labels: [Int32], batchSize: Int, dropLast: Bool = false) {
    precondition(!labels.isEmpty, "a sampler of no samples")
    var members = [[Int]](repeating: [], count: Int(labels.max() ?? 0) + 1)
    for (sample, label) in labels.enumerated() { members[Int(label)].append(sample) }
    self.members = members
    let counts = members.map(\.count).filter { $0 > 0 }
    (samplesPerClass, classCount) = (counts.min() ?? 0, counts.count)
    positions = EpochSampler(
      seed: seed, count: samplesPerClass * classCount, batchSize: batchSize, dropLast: dropLast)
  }

  public var stepsPerEpoch: Int { positions.stepsPerEpoch }
  public func epoch(ofStep step: Int) -> Int { positions.epoch(ofStep: step) }
  public func position(ofStep step: Int) -> Int { positions.position(ofStep: step) }
  public func batchSize(ofStep step: Int) -> Int { positions.batchSize(ofStep: step) }

  /// The samples of an epoch, in its order.
  public func order(epoch: Int) -> [Int] {
    var drawn: [Int] = []
    for (label, samples) in members.enumerated() where !samples.isEmpty {
      // Layer 0 of this purpose is the order of the epoch.
      var stream = RandomStream(
        seed: positions.seed, purpose: .epochPermutation, epochOrStep: UInt32(epoch), sample: UInt32(label), layer: 1)
      drawn += stream.permutation(samples.count).prefix(samplesPerClass).map { samples[$0] }
    }
    return positions.permutation(epoch: epoch).map { drawn[$0] }
  }

  public func makeReader() -> (Int) -> StepSamples {
    makeReader(order: order) { step, epoch, order in
      StepSamples(epoch: epoch, samples: order[positions.positions(ofStep: step)])
    }
  }
}
