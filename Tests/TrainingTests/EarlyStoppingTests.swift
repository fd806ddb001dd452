import RunSettings
import Testing

@testable import Training

@Suite struct EarlyStoppingTests {
  /// After which of these evaluations it is over, from 1; nil if it never is.
  private func end(
    _ values: [(loss: Double, accuracy: Double)], patience: Int, minDelta: Double = 0,
    metric: EarlyStoppingSettings.Metric = .loss
  ) -> Int? {
    var settings = EarlyStoppingSettings(patience: patience)
    (settings.minDelta, settings.metric) = (minDelta, metric)
    var stopping = EarlyStopping()
    for (index, value) in values.enumerated() {
      stopping.add(RunProgress.Evaluation(step: index + 1, loss: value.loss, accuracy: value.accuracy), settings)
      if stopping.isOver(settings) { return index + 1 }
    }
    return nil
  }

  private func end(losses: [Double], patience: Int, minDelta: Double = 0) -> Int? {
    end(losses.map { ($0, 0.5) }, patience: patience, minDelta: minDelta)
  }

  @Test func endsAfterSoManyEvaluationsWithoutImprovement() {
    #expect(end(losses: [5, 4, 4, 3, 3, 3.5, 4, 2], patience: 3) == 7)
    #expect(end(losses: [5, 4, 4, 3, 3, 3.5, 4, 2], patience: 4) == nil)
    // An equal value is none.
    #expect(end(losses: [5, 5], patience: 1) == 2)
    #expect(end(losses: [5, 4, 3, 2, 1], patience: 1) == nil)
  }

  /// A small step each time: measured against the last value that counted, they add up.
  @Test func smallImprovementsDoNotCountAlone() {
    #expect(end(losses: [5, 4.75, 4.5, 4.25, 4.0, 3.75], patience: 3, minDelta: 0.5) == nil)
    #expect(end(losses: [5, 4.75, 4.5, 4.25], patience: 2, minDelta: 0.5) == 3)
    #expect(end(losses: [5, 4.75, 4.5, 4.25], patience: 2, minDelta: 0.25) == nil)
  }

  @Test func accuracyMustRise() {
    let values = [(3.0, 0.5), (2.0, 0.5), (1.0, 0.4), (4.0, 0.6), (5.0, 0.6)]
    #expect(end(values, patience: 2, metric: .accuracy) == 3)
    #expect(end(values, patience: 3, metric: .accuracy) == nil)
    #expect(end(values, patience: 2) == 5)
  }

  @Test func aLossThatIsNotFiniteIsNoImprovement() {
    #expect(end(losses: [.nan, .infinity, 5], patience: 2) == 2)
    #expect(end(losses: [5, .nan, 4, .nan], patience: 2) == nil)
    #expect(end([(.nan, 0.9), (1, 0.1), (1, 0.9)], patience: 2, metric: .accuracy) == nil)
  }

  @Test func theBestIsChosenByTheMetric() {
    let (first, second) = (
      RunProgress.Evaluation(step: 1, loss: 2, accuracy: 0.9), RunProgress.Evaluation(step: 2, loss: 1, accuracy: 0.8)
    )
    #expect(first.isBetter(than: second, by: .accuracy) && !first.isBetter(than: second, by: .loss))
    #expect(second.isBetter(than: first, by: .loss) && !second.isBetter(than: first, by: .accuracy))
  }

  @Test func progressRemembersIt() throws {
    var progress = RunProgress()
    progress.earlyStopping = EarlyStopping()
    progress.earlyStopping?.add(
      RunProgress.Evaluation(step: 1, loss: 3, accuracy: 0), EarlyStoppingSettings(patience: 2))
    #expect(try RunProgress(encoded: progress.encoded()) == progress)
    // Progress that was written before there was early stopping.
    #expect(try RunProgress(encoded: RunProgress().encoded()).earlyStopping == nil)
  }
}
