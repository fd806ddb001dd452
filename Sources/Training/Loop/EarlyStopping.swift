import RunSettings

/// Ends a run whose validation split no longer improves ("Deep Learning", Goodfellow, Bengio and Courville, 2016,
/// algorithm 7.1). Its state is part of every checkpoint, so that a resumed run ends after the same step.
///
/// It uses evaluations at the configured interval alone, not the one after the last step, which a longer run would not have.
struct EarlyStopping: Codable, Equatable, Sendable {
  /// The last value that counted as an improvement, nil before the first.
  private(set) var best: Double?
  private(set) var evaluationsWithoutImprovement = 0

  mutating func add(_ evaluation: RunProgress.Evaluation, _ settings: EarlyStoppingSettings) {
    let isImprovement =
      switch settings.metric {
      case .loss: evaluation.loss < (best ?? .infinity) - settings.minDelta
      case .accuracy: evaluation.loss.isFinite && evaluation.accuracy > (best ?? -.infinity) + settings.minDelta
      }
    if isImprovement {
      best = settings.metric == .loss ? evaluation.loss : evaluation.accuracy
      evaluationsWithoutImprovement = 0
    } else {
      evaluationsWithoutImprovement += 1
    }
  }

  func isOver(_ settings: EarlyStoppingSettings) -> Bool { evaluationsWithoutImprovement >= settings.patience }
}

extension Trainer {
  /// Whether the run ended before its last step because validation no longer improved. The same on every worker.
  var hasStoppedEarly: Bool {
    guard let settings = run.configuration.training.earlyStopping, progress.step < run.totalSteps else { return false }
    return progress.earlyStopping?.isOver(settings) ?? false
  }

  var isComplete: Bool { (progress.step >= run.totalSteps || hasStoppedEarly) && progress.unfinished == nil }
}
