import Configuration
import Foundation

/// Up to the highest rate and down to nearly zero over all steps after the warm-up (Smith and Topin, 2018; the curve of
/// PyTorch's OneCycleLR). Momentum stays as it is.
package struct OneCycle: ScheduleSettings {
  package enum Curve: String, Sendable, CaseIterable { case cosine, linear }

  /// The highest rate.
  package var rate = 0.01
  /// Share of the steps on the way up.
  package var rise = 0.3
  package var curve = Curve.cosine
  /// The highest rate divided by the first one.
  package var startDivisor = 25.0
  /// The first rate divided by the last one.
  package var endDivisor = 1e4

  package static var form: Form<OneCycle> {
    Form(
      "one_cycle",
      "up to the rate and down to nearly zero, over all steps after the warm-up (Smith and Topin, 2018)",
      template: OneCycle(),
      example: OneCycle(rate: 0.5, rise: 0.42, curve: .linear, startDivisor: 8, endDivisor: 100),
      fields: [
        Field("rate", \.rate, .positive, "The highest rate."),
        Field(
          "rise", \.rise, .number("number in (0, 1)") { $0 > 0 && $0 < 1 }, "Share of the steps on the way up."),
        Field("curve", \.curve, .word(), "The way up and the way down: half a cosine each, or straight."),
        Field("start_divisor", \.startDivisor, .atLeastOne, "The first rate is rate / start_divisor."),
        Field("end_divisor", \.endDivisor, .atLeastOne, "The last rate is rate / start_divisor / end_divisor."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  package func rate(at step: ScheduleStep) -> Double {
    let first = rate / startDivisor
    // The steps of the highest and of the last rate; the former may lie between two steps.
    let (peak, end) = (rise * Double(step.length.steps) - 1, Double(step.length.steps - 1))
    let position = Double(step.behindWarmup)
    if position <= peak { return value(at: peak > 0 ? position / peak : 1, from: first, to: rate) }
    let (start, length) = (max(peak, 0), end - max(peak, 0))
    let progress = length > 0 ? min((position - start) / length, 1) : 0
    return value(at: progress, from: rate, to: first / endDivisor)
  }

  private func value(at progress: Double, from start: Double, to end: Double) -> Double {
    switch curve {
    case .cosine: CosineDecay.rate(at: progress, from: start, to: end)
    case .linear: start + (end - start) * progress
    }
  }

  package func note(on length: ScheduleLength) -> String? { nil }
}

extension ScheduleSpecification {
  /// - Parameters:
  ///   - rate: The largest rate.
  ///   - rise: Share of the steps on the way up to `rate`.
  ///   - startDivisor: The first rate is `rate` divided by this.
  ///   - endDivisor: The last rate is the first divided by this.
  ///   - warmupSteps: Steps before the cycle in which the rate rises from 0.
  public static func oneCycle(
    rate: Double, rise: Double = 0.3, startDivisor: Double = 25, endDivisor: Double = 1e4, warmupSteps: Int = 0
  ) -> ScheduleSpecification {
    let cycle = OneCycle(rate: rate, rise: rise, startDivisor: startDivisor, endDivisor: endDivisor)
    return ScheduleSpecification(cycle, warmupSteps: warmupSteps)
  }
}
