/// Which samples make up the global batch of each step: a pure function of (seed, step), so that a run can begin at any
/// step without replaying the ones before it. Steps count from 0 through the whole run.
public protocol StepSampler: Sendable {
  /// Steps of one epoch.
  var stepsPerEpoch: Int { get }

  func epoch(ofStep step: Int) -> Int

  /// How far into its epoch a step begins, in samples.
  func position(ofStep step: Int) -> Int

  /// Gives each step's samples, in the order of the global batch. What it returns may keep what is costly to draw, and
  /// serves one thread.
  func makeReader() -> (_ step: Int) -> ArraySlice<Int>
}
