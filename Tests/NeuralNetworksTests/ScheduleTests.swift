import NeuralNetworks
import Testing

@Suite struct ScheduleTests {
  private func schedule(
    _ specification: ScheduleSpecification, warmup: Int = 0, totalSteps: Int = 100
  ) -> Schedule {
    var specification = specification
    specification.warmupSteps = warmup
    return Schedule(specification, totalSteps: totalSteps)
  }

  private func expect(_ schedule: Schedule, _ expected: [Int: Double]) {
    for (step, rate) in expected.sorted(by: { $0.key < $1.key }) {
      #expect(abs(schedule.rate(at: step, memory: nil) - rate) <= 1e-15 + 1e-12 * rate, "step \(step)")
    }
  }

  @Test func constantRateStaysAfterWarmup() {
    expect(
      schedule(.constant(rate: 0.4), warmup: 4), [0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 4: 0.4, 99: 0.4, 1000: 0.4])
  }

  @Test("a warm-up that is not shorter than the run reaches the full rate in the last step")
  func warmUpIsCut() {
    for warmup in [4, 5, 1000] {
      let cut = schedule(.constant(rate: 0.4), warmup: warmup, totalSteps: 5)
      expect(cut, [0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 4: 0.4])
      #expect(cut.warmupSteps == 4 && cut.notes.count == (warmup > 4 ? 1 : 0))
    }
    expect(schedule(.cosine(rate: 1, minimum: 0), warmup: 9, totalSteps: 1), [0: 1])
  }

  @Test("a schedule that a run is too short for gives a message")
  func notes() {
    #expect(schedule(.step(rate: 1, gamma: 0.1, every: 100)).notes.first?.contains("schedule.every is 100") == true)
    #expect(schedule(.step(rate: 1, gamma: 0.1, every: 99)).notes.isEmpty)
    let slow = ScheduleSpecification.triangular(
      minimum: 0, maximum: 1, halfCycle: 100, cycleGrowth: 1, peakDecay: 1)
    #expect(schedule(slow).notes.first?.contains("schedule.half_cycle is 100") == true)
    #expect(schedule(slow, totalSteps: 101).notes.isEmpty)
  }

  @Test func stepsCountFromTheStartOfTheRun() {
    expect(
      schedule(.step(rate: 1, gamma: 0.1, every: 30), warmup: 2),
      [0: 0.5, 1: 1, 29: 1, 30: 0.1, 59: 0.1, 60: 0.01, 90: 0.001])
  }

  @Test func cosineRunsFromWarmupToTheEnd() {
    let cosine = schedule(.cosine(rate: 1, minimum: 0.2), warmup: 20, totalSteps: 100)
    expect(cosine, [0: 0.05, 19: 1, 20: 1, 60: 0.6, 100: 0.2, 500: 0.2])
    #expect(cosine.rate(at: 40, memory: nil) > cosine.rate(at: 41, memory: nil))
  }

  /// The formula of the recipes: c = t mod 2·n, lo + (hi − lo)·(c/n on the way up, 2 − c/n on the way down).
  @Test(arguments: [3, 500, 800]) func triangleOfEqualCycles(half: Int) {
    let (low, high) = (1e-5, 1e-1)
    let triangle = schedule(
      .triangular(minimum: low, maximum: high, halfCycle: half, cycleGrowth: 1, peakDecay: 1))
    for step in 0..<(5 * half) {
      let c = Double(step % (2 * half))
      let expected = low + (high - low) * (c < Double(half) ? c / Double(half) : 2 - c / Double(half))
      #expect(triangle.rate(at: step, memory: nil) == expected)
    }
  }

  @Test func doublingCyclesAndDecayingPeaks() {
    let triangle = schedule(
      .triangular(minimum: 0, maximum: 1, halfCycle: 800, cycleGrowth: 2, peakDecay: 0.5))
    expect(
      triangle,
      [
        0: 0, 400: 0.5, 800: 1, 1200: 0.5, 1600: 0, 2400: 0.25, 3200: 0.5, 4800: 0, 8000: 0.25, 11200: 0, 17600: 0.125,
        24000: 0,
      ])
  }

  @Test func fractionalGrowthRoundsEachHalf() {
    // Halves of 3, 4.5 -> 5 (rounded away from zero), 6.75 -> 7 steps.
    let triangle = schedule(.triangular(minimum: 0, maximum: 1, halfCycle: 3, cycleGrowth: 1.5, peakDecay: 1))
    expect(triangle, [3: 1, 6: 0, 11: 1, 16: 0, 23: 1, 30: 0])
  }

  @Test func milestonesAndPowersCountFromTheStartOfTheRun() {
    expect(
      schedule(.multiStep(rate: 1, gamma: 0.1, milestones: [3, 50]), warmup: 2),
      [0: 0.5, 1: 1, 2: 1, 3: 0.1, 49: 0.1, 50: 0.01, 500: 0.01])
    expect(schedule(.exponential(rate: 1, gamma: 0.5), warmup: 2), [0: 0.125, 1: 0.25, 2: 0.25, 3: 0.125])
  }

  @Test func restartsAndOneCycleBeginBehindWarmup() {
    expect(
      schedule(.warmRestarts(rate: 1, minimum: 0.2, cycle: 4), warmup: 3),
      [0: 1.0 / 3, 2: 1, 3: 1, 5: 0.6, 7: 1, 9: 0.6])
    // The way up has 40 steps, of which the last is the peak; the last step of all has the lowest rate.
    let cycle = schedule(
      .oneCycle(rate: 1, rise: 0.5, startDivisor: 10, endDivisor: 100), warmup: 20, totalSteps: 100)
    expect(cycle, [19: 0.1, 20: 0.1, 59: 1, 99: 0.001, 500: 0.001])
    // Runs too short for a way up.
    expect(schedule(.oneCycle(rate: 1), totalSteps: 1), [0: 1])
    expect(schedule(.oneCycle(rate: 1, rise: 0.5), totalSteps: 2), [0: 1, 1: 1 / 25e4])
    #expect(schedule(.warmRestarts(rate: 1, cycle: 100)).notes.first?.contains("schedule.cycle is 100") == true)
    let late = schedule(.multiStep(rate: 1, gamma: 0.1, milestones: [50, 100])).notes
    #expect(late.first?.contains("1 of 2 schedule.milestones") == true)
  }

  @Test func triangleBeginsBehindWarmup() {
    let triangle = schedule(
      .triangular(minimum: 0.1, maximum: 1, halfCycle: 10, cycleGrowth: 1, peakDecay: 1), warmup: 5)
    expect(triangle, [0: 0.02, 4: 0.1, 5: 0.1, 15: 1, 25: 0.1])
  }
}
