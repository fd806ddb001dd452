/// Elapsed time and rates of a run.
struct RunClock {
  private var began = ContinuousClock.now
  private var secondsBefore = 0.0
  // Rates are those of the last few seconds, so that they follow changes.
  private var windowBegan = ContinuousClock.now
  private var windowSamples = 0.0
  private var windowSteps = 0
  private(set) var samplesPerSecond = 0.0
  private(set) var secondsPerStep = 0.0

  private static let shortest = Duration.milliseconds(500)
  private static let longest = Duration.seconds(5)

  /// Starts the clock of a new or resumed run.
  mutating func start(_ progress: RunProgress) {
    self = RunClock()
    secondsBefore = progress.wallSeconds
  }

  /// Seconds of the run, including those before it was resumed.
  var wallSeconds: Double { secondsBefore + (ContinuousClock.now - began) / .seconds(1) }

  /// Counts a step.
  mutating func add(samples stepSamples: Double) {
    windowSamples += stepSamples
    windowSteps += 1
    let elapsed = ContinuousClock.now - windowBegan
    guard elapsed >= Self.shortest || samplesPerSecond == 0 else { return }
    let seconds = max(elapsed / .seconds(1), 1e-9)
    samplesPerSecond = windowSamples / seconds
    secondsPerStep = seconds / Double(windowSteps)
    if elapsed >= Self.longest { (windowBegan, windowSamples, windowSteps) = (.now, 0, 0) }
  }
}
