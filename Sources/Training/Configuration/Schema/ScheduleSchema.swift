import Configuration
import NeuralNetworks

extension ScheduleSpecification {
  static var record: Record<ScheduleSpecification> {
    Record(
      "schedule", "The learning rate η as a function of the step.", template: ScheduleSpecification(),
      choice: Choice(
        "kind", "The schedule.", fallback: "constant", variants: [constant, step, cosine, triangular]),
      fields: [
        Field(
          "warmup_steps", \.warmupSteps, .integer(atLeast: 0),
          "Steps over which the rate climbs linearly to its first full value; where the run is not longer, all steps but its last."
        )
      ])
  }

  /// The keys of all kinds; each kind shows its own.
  private struct Keys {
    var rate = 0.01
    var gamma = 0.1
    var every = 1
    var minimum = 0.0
  }

  private static var rate: Field<Keys> { Field("rate", \.rate, .positive, "The learning rate.") }

  private static var constant: Variant<ScheduleSpecification> {
    Variant(
      "constant", "one rate", template: Keys(), fields: [rate], apply: { $1.kind = .constant(rate: $0.rate) },
      take: { if case .constant(let rate) = $0.kind { Keys(rate: rate) } else { nil } })
  }

  private static var step: Variant<ScheduleSpecification> {
    Variant(
      "step", "rate · gamma^⌊step / every⌋", template: Keys(),
      fields: [
        rate,
        Field("gamma", \.gamma, .positive, "Factor."),
        Field("every", \.every, .integer(atLeast: 1), required: true, "Steps between changes."),
      ],
      apply: { $1.kind = .step(rate: $0.rate, gamma: $0.gamma, every: $0.every) },
      take: { schedule in
        guard case .step(let rate, let gamma, let every) = schedule.kind else { return nil }
        return Keys(rate: rate, gamma: gamma, every: every)
      })
  }

  private static var cosine: Variant<ScheduleSpecification> {
    Variant(
      "cosine", "from the rate to the minimum along half a cosine, over all steps after the warm-up", template: Keys(),
      fields: [rate, Field("min", \.minimum, .notNegative, "The last rate.")],
      apply: { $1.kind = .cosine(rate: $0.rate, minimum: $0.minimum) },
      take: { schedule in
        guard case .cosine(let rate, let minimum) = schedule.kind else { return nil }
        return Keys(rate: rate, minimum: minimum)
      })
  }

  private static var triangular: Variant<ScheduleSpecification> {
    struct Keys {
      var minimum = 1e-5
      var maximum = 0.1
      var halfCycle = 1
      var cycleGrowth = 1.0
      var peakDecay = 1.0
    }
    return Variant(
      "triangular", "up and down between two rates (Smith, 2017)", template: Keys(),
      fields: [
        Field("min", \.minimum, .notNegative, "The lowest rate."),
        Field("max", \.maximum, .positive, "The highest rate of the first cycle."),
        Field("half_cycle", \.halfCycle, .integer(atLeast: 1), required: true, "Steps from lowest to highest rate."),
        Field(
          "cycle_growth", \.cycleGrowth, .number("number ≥ 1") { $0 >= 1 },
          "Each cycle is so many times as long as the last."),
        Field(
          "peak_decay", \.peakDecay, .number("number in (0, 1]") { $0 > 0 && $0 <= 1 },
          "Each peak's height above the minimum is so many times the last."),
      ],
      apply: { keys, schedule in
        schedule.kind = .triangular(
          minimum: keys.minimum, maximum: keys.maximum, halfCycle: keys.halfCycle, cycleGrowth: keys.cycleGrowth,
          peakDecay: keys.peakDecay)
      },
      take: { schedule in
        guard case .triangular(let minimum, let maximum, let halfCycle, let growth, let decay) = schedule.kind else {
          return nil
        }
        return Keys(
          minimum: minimum, maximum: maximum, halfCycle: halfCycle, cycleGrowth: growth, peakDecay: decay)
      })
  }
}
