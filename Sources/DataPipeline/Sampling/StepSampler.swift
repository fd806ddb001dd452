/// Which samples make up the global batch of each step: a pure function of (seed, step), so that a run can begin at any
/// step without replaying the ones before it. Steps count from 0 through the whole run.
public protocol StepSampler: Sendable {
  /// Steps of one epoch.
  var stepsPerEpoch: Int { get }

  func epoch(ofStep step: Int) -> Int

  /// How far into its epoch a step begins, in samples.
  func position(ofStep step: Int) -> Int

  /// Samples of the step's global batch.
  func batchSize(ofStep step: Int) -> Int

  /// Gives each step's samples. What it returns may keep what is costly to draw, and serves one thread.
  func makeReader() -> (_ step: Int) -> StepSamples
}

extension StepSampler {
  /// Samples of a full batch: fewer than asked for where an epoch has no more.
  public var largestBatch: Int { batchSize(ofStep: 0) }
  /// Samples of an epoch's last batch, which may be short.
  public var lastBatch: Int { batchSize(ofStep: stepsPerEpoch - 1) }
}

/// A sampler's plan of one step.
public struct StepSamples: Sendable {
  public var epoch: Int
  /// The global batch, in order: numbers within the split; of texts, where each window begins.
  public var samples: ArraySlice<Int>
  /// Tokens of each window, for texts.
  public var windowLength: Int?
  /// Whether state that is carried from step to step begins anew.
  public var beginsAnew = true

  public init(epoch: Int, samples: ArraySlice<Int>) { (self.epoch, self.samples) = (epoch, samples) }
}
