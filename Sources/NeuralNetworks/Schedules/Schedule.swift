import Foundation

/// The learning rate as a pure function of the step, so that a resumed run needs nothing but the step.
public struct Schedule: Sendable, Equatable {
  public let specification: ScheduleSpecification
  /// Optimiser steps of the whole run; the cosine ends there.
  public let totalSteps: Int
  /// Steps of the warm-up: as specified, or one less than a run that is not longer than that, so that the last step has the
  /// full rate.
  public let warmupSteps: Int

  public init(_ specification: ScheduleSpecification, totalSteps: Int) {
    (self.specification, self.totalSteps) = (specification, totalSteps)
    warmupSteps = min(specification.warmupSteps, max(totalSteps - 1, 0))
  }

  /// The rate of step `step`, counted from 0. Cosine and triangular begin behind the warm-up, which climbs to their
  /// first rate; the steps of a step schedule are counted from the start of the run.
  public func rate(at step: Int) -> Double {
    precondition(step >= 0, "learning rate of step \(step)")
    if step < warmupSteps { return fullRate(at: warmupSteps) * Double(step + 1) / Double(warmupSteps) }
    return fullRate(at: step)
  }

  private func fullRate(at step: Int) -> Double {
    let behindWarmup = step - warmupSteps
    switch specification.kind {
    case .constant(let rate): return rate
    case .step(let rate, let gamma, let every): return rate * pow(gamma, Double(step / every))
    case .cosine(let rate, let minimum):
      let length = max(totalSteps - warmupSteps, 1)
      let progress = min(Double(behindWarmup) / Double(length), 1)
      return minimum + (rate - minimum) * (1 + cos(Double.pi * progress)) / 2
    case .triangular(let minimum, let maximum, let halfCycle, let growth, let decay):
      let cycle = TriangularCycle(containing: behindWarmup, halfCycle: halfCycle, growth: growth)
      let position = Double(cycle.position) / Double(cycle.half)
      let height = (maximum - minimum) * pow(decay, Double(cycle.number))
      return minimum + height * (position < 1 ? position : 2 - position)
    }
  }
}

/// One up and down of the triangular schedule.
private struct TriangularCycle {
  /// Counted from 0.
  var number = 0
  /// Steps of the way up, and of the way down.
  var half: Int
  /// Steps since the cycle began.
  var position: Int

  /// Half of cycle k is `halfCycle`·growthᵏ steps, rounded, at least one.
  init(containing step: Int, halfCycle: Int, growth: Double) {
    precondition(halfCycle > 0 && growth > 0, "cycles of 2·\(halfCycle) steps that grow by \(growth)")
    (half, position) = (halfCycle, step)
    if growth == 1 {
      (number, position) = position.quotientAndRemainder(dividingBy: 2 * half)
      return
    }
    while position >= 2 * half {
      position -= 2 * half
      number += 1
      // Beyond this length the run is over long before the cycle is.
      half = max(Int(min(Double(halfCycle) * pow(growth, Double(number)), 1e15).rounded()), 1)
    }
  }
}
