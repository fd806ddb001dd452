/// Chooses the samples of each step's global batch: a pure function of (seed, step), so that a run can begin at any step without
/// replaying the ones before it. Steps count from 0 through the whole run.
public protocol StepSampler: Sendable {
  /// Steps of one epoch.
  var stepsPerEpoch: Int { get }

  func epoch(ofStep step: Int) -> Int

  /// Number of samples in the step's epoch before the step.
  func position(ofStep step: Int) -> Int

  /// Samples of the step's global batch.
  func batchSize(ofStep step: Int) -> Int

  /// Returns a function that gives each step's samples. It may keep costly draws between calls, and is for one thread.
  func makeReader() -> (_ step: Int) -> StepSamples
}

extension StepSampler {
  /// Samples of a full batch; fewer than configured if an epoch has fewer.
  public var largestBatch: Int { batchSize(ofStep: 0) }
  /// Samples of an epoch's last batch, which may be short.
  public var lastBatch: Int { batchSize(ofStep: stepsPerEpoch - 1) }

  /// Makes a reader that draws an epoch's order once, as long as no step of another epoch is requested.
  ///
  /// - Parameters:
  ///   - order: Draws the order of an epoch.
  ///   - samples: Samples of a step, from the order of its epoch.
  func makeReader(
    order: @escaping (_ epoch: Int) -> [Int],
    samples: @escaping (_ step: Int, _ epoch: Int, _ order: [Int]) -> StepSamples
  ) -> (Int) -> StepSamples {
    var drawn: (epoch: Int, order: [Int]) = (-1, [])
    return { step in
      let epoch = epoch(ofStep: step)
      if drawn.epoch != epoch { drawn = (epoch, order(epoch)) }
      return samples(step, epoch, drawn.order)
    }
  }
}

/// A sampler's plan of one step.
public struct StepSamples: Sendable {
  public var epoch: Int
  /// The global batch, in order: numbers within the split or, for texts, the beginnings of windows.
  public var samples: ArraySlice<Int>
  /// Tokens of each window, for texts.
  public var windowLength: Int?
  /// Whether the state that is carried from step to step is reset.
  public var beginsAnew = true

  public init(epoch: Int, samples: ArraySlice<Int>) { (self.epoch, self.samples) = (epoch, samples) }
}
