import Configuration
import Foundation

/// A rate that is multiplied by a factor whenever the validation split no longer improves (PyTorch's ReduceLROnPlateau with a
/// relative threshold).
package struct Plateau: EvaluatedScheduleSettings {
  package enum Metric: String, Sendable, CaseIterable { case loss, accuracy }

  package var rate = 0.01
  package var factor = 0.1
  package var patience = 10
  package var threshold = 1e-4
  package var minimum = 0.0
  package var cooldown = 0
  package var metric = Metric.loss

  package static var form: Form<Plateau> {
    Form(
      "plateau", "times a factor whenever the validation split no longer improves", template: Plateau(),
      example: Plateau(
        rate: 0.5, factor: 0.4, patience: 1, threshold: 0.05, minimum: 0.02, cooldown: 3, metric: .accuracy),
      fields: [
        Field("rate", \.rate, .positive, "The first learning rate."),
        Field("factor", \.factor, .number("number in (0, 1)") { $0 > 0 && $0 < 1 }, "Factor of each reduction."),
        Field(
          "patience", \.patience, .integer(atLeast: 0),
          "Consecutive evaluations without an improvement that change nothing; the next one reduces the rate. Evaluations at "
            + "the interval of `evaluation` count."),
        Field(
          "threshold", \.threshold, .share,
          "An improvement is better than the best value so far by more than this share of it."),
        Field("min", \.minimum, .notNegative, "The lowest rate."),
        Field(
          "cooldown", \.cooldown, .integer(atLeast: 0),
          "Evaluations after a reduction that do not count as lacking an improvement."),
        Field("metric", \.metric, .word(), "The metric that must improve: validation loss or accuracy."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.checkSchedule(minimum: minimum, isBelow: rate, key: "rate")
  }

  package func rate(at step: ScheduleStep) -> Double {
    max(rate * pow(factor, Double(step.memory.reductions)), minimum)
  }

  package func note(on length: ScheduleLength) -> String? { nil }

  package func observe(loss: Double, accuracy: Double, memory: inout ScheduleMemory) {
    if isImprovement(loss: loss, accuracy: accuracy, on: memory.best) {
      memory.best = metric == .loss ? loss : accuracy
      memory.evaluationsWithoutImprovement = 0
    } else {
      memory.evaluationsWithoutImprovement += 1
    }
    if memory.cooldown > 0 {
      memory.cooldown -= 1
      memory.evaluationsWithoutImprovement = 0
    }
    if memory.evaluationsWithoutImprovement > patience {
      memory.reductions += 1
      memory.cooldown = cooldown
      memory.evaluationsWithoutImprovement = 0
    }
  }

  /// Whether the loss is an improvement; one that is not finite never is.
  private func isImprovement(loss: Double, accuracy: Double, on best: Double?) -> Bool {
    guard loss.isFinite, let best else { return loss.isFinite }
    return switch metric {
    case .loss: loss < best * (1 - threshold)
    case .accuracy: accuracy > best * (1 + threshold)
    }
  }
}

extension ScheduleSpecification {
  /// - Parameters:
  ///   - rate: The first rate.
  ///   - factor: Multiplies the rate at each plateau.
  ///   - patience: Evaluations in a row without a lower validation loss that change nothing.
  ///   - minimum: The smallest rate.
  ///   - warmupSteps: Steps in which the rate rises from 0.
  public static func plateau(
    rate: Double, factor: Double = 0.1, patience: Int = 10, minimum: Double = 0, warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    let plateau = Plateau(rate: rate, factor: factor, patience: patience, minimum: minimum)
    return ScheduleSpecification(plateau, warmupSteps: warmupSteps)
  }
}
