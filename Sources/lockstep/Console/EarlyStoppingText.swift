import PlainText
import RunSettings
import Training

/// Descriptions of early stopping for messages.
enum EarlyStoppingText {
  /// `3 evaluations without a lower validation loss`
  static func criterion(_ settings: EarlyStoppingSettings) -> String {
    let count = settings.patience.counted("evaluation")
    let change = settings.metric == .loss ? "lower" : "higher"
    let margin = settings.minDelta > 0 ? " (by more than \(settings.minDelta))" : ""
    return "\(count) without a \(change) validation \(settings.metric.rawValue)\(margin)"
  }

  /// `; step 48 was best`, empty if no step was.
  static func best(_ step: Int?) -> String { step.map { "; step \($0) was best" } ?? "" }
}
