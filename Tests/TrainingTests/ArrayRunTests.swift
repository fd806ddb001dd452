import DataPipeline
import Foundation
import Inference
import NeuralNetworks
import RunSettings
import Testing

@testable import Training

/// Training on arrays of a program, on threads, as Examples/TrainOnArrays does it.
@Suite struct ArrayRunTests {
  private func run(steps: Int, in folder: String) throws -> PreparedRun {
    let points = (0..<60).map { (index: Int) -> [Float] in
      let (row, column) = (Float(index / 10), Float(index % 10))
      return [column / 5 - 0.9, row / 3 - 0.9]
    }
    let labels = points.map { $0[0] > $0[1] ? 1 : 0 }
    var configuration = RunConfiguration(
      model: .layers([.linear(outputs: 5), .activation(.tanh), .linear(outputs: 2)]))
    configuration.data = .arrays(
      training: ArraySplit(points, labels: labels, classes: 2),
      test: ArraySplit([[0.5, 0.1], [0.1, 0.5]], labels: [1, 0], classes: 2))
    configuration.schedule = .constant(rate: 0.5)
    (configuration.training.batchSize, configuration.training.steps, configuration.training.shards) = (12, steps, 3)
    return try PreparedRun(configuration, options: RunOptions(runFolder: folder))
  }

  @Test("weights do not depend on the number of threads; they are saved, resumed, and read back")
  func threads() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let one = try run(steps: 90, in: folder.path + "/one").train()
    _ = try run(steps: 40, in: folder.path + "/three").train(workers: 3)
    let three = try run(steps: 90, in: folder.path + "/three").train(workers: 2)
    #expect(one.summary.weightsSHA256 == three.summary.weightsSHA256 && three.summary.workers == 2)
    #expect(three.folder == folder.path + "/three" && three.summary.testAccuracy == 1)
    let classifier = try Classifier(at: three.folder) { Issue.record("\($0)") }
    for (point, expected) in [([0.5, 0.1], 1), ([0.1, 0.5], 0)] as [([Float], Int)] {
      let probabilities = try classifier.probabilities(of: point)
      #expect(probabilities.count == 2 && abs(probabilities[0] + probabilities[1] - 1) < 1e-6)
      #expect(probabilities[expected] > 0.5)
    }
    #expect(throws: ClassificationError.self) { try classifier.classify(Array("text".utf8)) }
  }
}
