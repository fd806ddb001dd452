import Tensors

/// Chooses the samples of each step's global batch: a pure function of (seed, step).
///
/// Every epoch visits each sample once, in an order drawn by (seed, epoch); so a run can begin at any step
/// without replaying the ones before it. Steps count from 0 through the whole run.
public struct EpochSampler: StepSampler, Equatable {
  public let seed: UInt64
  /// Samples of the training split.
  public let count: Int
  /// Size of the global batch.
  public let batchSize: Int
  /// Whether a short last batch of an epoch is left out.
  public let dropLast: Bool

  public init(seed: UInt64, count: Int, batchSize: Int, dropLast: Bool = false) {
    precondition(count > 0 && batchSize > 0, "batches of \(batchSize) out of \(count) samples")
    (self.seed, self.count, self.batchSize) = (seed, count, batchSize)
    // If an epoch is a single short batch, it is kept.
    self.dropLast = dropLast && count >= batchSize
  }

  public var stepsPerEpoch: Int {
    dropLast ? count / batchSize : (count + batchSize - 1) / batchSize
  }

  public func epoch(ofStep step: Int) -> Int { step / stepsPerEpoch }

  /// Positions in the epoch's order that the step's global batch takes.
  public func positions(ofStep step: Int) -> Range<Int> {
    let start = step % stepsPerEpoch * batchSize
    return start..<min(start + batchSize, count)
  }

  /// The order in which an epoch visits the samples.
  public func permutation(epoch: Int) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: .epochPermutation, epochOrStep: UInt32(epoch))
    return stream.permutation(count)
  }

  public func position(ofStep step: Int) -> Int { positions(ofStep: step).lowerBound }
  public func batchSize(ofStep step: Int) -> Int { positions(ofStep: step).count }

  public func makeReader() -> (Int) -> StepSamples {
    makeReader(order: permutation) { step, epoch, order in
      StepSamples(epoch: epoch, samples: order[positions(ofStep: step)])
    }
  }

  /// The samples of a step's global batch, in order. Draws the epoch's whole permutation: keep that for many steps.
  public func batch(step: Int) -> [Int] {
    Array(permutation(epoch: epoch(ofStep: step))[positions(ofStep: step)])
  }
}
