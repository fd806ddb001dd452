extension Schedule {
  /// Sentences about parts of the schedule that the run is too short for.
  public var notes: [String] {
    var notes: [String] = []
    if warmupSteps < specification.warmupSteps {
      notes.append(
        "the warm-up of \(specification.warmupSteps) steps (schedule.warmup_steps) is cut to \(warmupSteps): the run has \(totalSteps)"
      )
    }
    switch specification.kind {
    case .step(_, _, let every) where every >= totalSteps:
      notes.append("the rate stays as it is: schedule.every is \(every), and the run ends after step \(totalSteps)")
    case .triangular(_, _, let halfCycle, _, _) where halfCycle >= totalSteps - warmupSteps:
      notes.append(
        "the rate does not reach its highest value: schedule.half_cycle is \(halfCycle), and the run has \(totalSteps - warmupSteps) "
          + "steps\(warmupSteps > 0 ? " after its warm-up" : "")")
    case .constant, .step, .cosine, .triangular: break
    }
    return notes
  }
}
