import NeuralNetworks
import TestSupport
import Testing

/// Every schedule of the catalogue.
@Suite struct ScheduleCatalogueTests {
  @Test("each has a golden")
  func everyEntryHasAGolden() throws {
    let goldens = try CatalogueGoldens("schedules", ScheduleSpecification.record)
    for entry in ScheduleCatalogue.entries {
      #expect(goldens.cases.contains { type(of: $0.specification.settings) == entry }, "\(entry.name)")
    }
  }

  @Test("50 steps against PyTorch's")
  func rates() throws {
    let goldens = try CatalogueGoldens("schedules", ScheduleSpecification.record)
    for (name, specification, golden) in goldens.cases {
      let schedule = Schedule(specification, totalSteps: 50)
      let expected = try #require(golden.tensors["rates"]).values
      let (losses, accuracies) = (golden.tensors["losses"]?.values, golden.tensors["accuracies"]?.values)
      #expect(specification.followsEvaluations == (losses != nil || accuracies != nil))
      var memory: ScheduleMemory?
      for (step, rate) in expected.enumerated() {
        let found = schedule.rate(at: step, memory: memory)
        #expect(abs(found - rate) <= 1e-10 * rate, "\(name): step \(step) has \(found), not \(rate)")
        schedule.observe(loss: losses?[step] ?? 1, accuracy: accuracies?[step] ?? 0, memory: &memory)
      }
      #expect((memory != nil) == specification.followsEvaluations)
    }
  }

  @Test("a loss that is not finite is no improvement of a plateau")
  func plateauWithoutFiniteLoss() {
    let schedule = Schedule(.plateau(rate: 1, factor: 0.5, patience: 1), totalSteps: 9)
    var memory: ScheduleMemory?
    let rates = [.nan, .infinity, 3, .nan, .nan, 2, 2].map { loss in
      schedule.observe(loss: loss, accuracy: 1, memory: &memory)
      return schedule.rate(at: 0, memory: memory)
    }
    #expect(rates == [1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    #expect(memory?.best == 2)
  }
}
