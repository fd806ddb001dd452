import Charts
import Collectives
import Foundation
import RunSettings
import Testing

@testable import Tensors
@testable import Training

/// A validation loss that is not finite, while the training loss is.
@Suite struct ValidationLossTests {
  private static let text = """
    data: {dataset: synthetic, shape: [5], classes: 3, samples: 30, validation: 6}
    model: {layers: [linear: 4, batch_norm, relu, linear: 3]}
    training: {batch_size: 6, steps: 20, shards: 2}
    evaluation: {every_steps: 4}
    """

  @Test("it is said once, and the run goes on")
  func isSaidOnce() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try PreparedRun(
      try RunConfiguration.parse(text: Self.text), options: RunOptions(runFolder: folder.path))
    let reporter = Warnings()
    let trainer = try Trainer(run, communicator: SoloCommunicator(shards: 2), jobSize: (1, 1), reporter: reporter)
    trainer.afterStep = { step, state in
      // Running variances, which evaluations alone use: below zero for a while.
      let variance: Float? = step == 5 ? -1e9 : step == 17 ? 1 : nil
      guard let variance else { return }
      for index in 0..<state[1].count { state[1].floats[index] = variance }
    }
    _ = try trainer.train()
    let said = reporter.texts.filter { $0.contains("the validation loss after step 8 is ") }
    #expect(said.count == 1 && reporter.texts.count { $0.contains("validation loss") } == 1, "\(reporter.texts)")
    #expect(reporter.isFinished)
  }
}

private final class Warnings: TrainingReporter {
  private(set) var texts: [String] = []
  private(set) var isFinished = false

  func started(_ run: RunDescription) {}
  func completed(_ step: StepReport) {}
  func evaluated(_ evaluation: EvaluationReport) {}
  func wroteSample(_ sample: SampleReport) {}
  func wroteCheckpoint(_ file: String, step: Int) {}
  func warn(_ message: String) { texts.append(message) }
  func detail(_ message: String) {}
  func finished(_ summary: RunSummary, curves: RunCurves, folder: String, stopped: StopRequest.Reason?) {
    isFinished = true
  }
  func profiled(_ profile: RunProfile) {}
}
