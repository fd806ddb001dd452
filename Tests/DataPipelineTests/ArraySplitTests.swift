import Tensors
import Testing

@testable import DataPipeline

/// Samples that a program gives in arrays.
@Suite struct ArraySplitTests {
  private let split = ArraySplit(
    (0..<7).map { sample in (0..<6).map { Float(10 * sample + $0) } }, labels: [0, 1, 2, 0, 1, 2, 0], shape: [3, 2],
    classes: 4)

  @Test func batchesHoldTheValuesOfTheirSamples() throws {
    let data = try DatasetSplits.open(.arrays(training: split), seed: 1)
    #expect(data.sampleShape == [3, 2] && data.outputs == 4 && data.classNames == ["0", "1", "2", "3"])
    #expect(data.validation == nil && data.test == nil && !data.predictsTokens)
    let assembler = data.trainingAssembler(seed: 1, pool: StoragePool())
    let batch = try assembler.assemble([5, 0, 2], firstPosition: 3)
    #expect(batch.inputs.shape == [3, 3, 2] && Array(batch.labels.int32s) == [2, 0, 2])
    #expect(Array(batch.inputs.floats) == [5, 0, 2].flatMap { sample in (0..<6).map { Float(10 * sample + $0) } })
    let blocks = assembler.evaluationBlocks(ofSize: 3)
    #expect(blocks.blockCount == 3)
    #expect(try assembler.assembleForEvaluation(blocks.samples(ofBlock: 2)).inputs.floats.first == 60)
  }

  @Test func theDigestFollowsValuesAndLabels() throws {
    func digest(_ change: (inout [[Float]], inout [Int]) -> Void) throws -> String {
      var (samples, labels): ([[Float]], [Int]) = ([[1, 2], [3, 4]], [0, 1])
      change(&samples, &labels)
      let data = DatasetSpecification.arrays(training: ArraySplit(samples, labels: labels, classes: 2))
      return try DatasetSplits.open(data, seed: 1).contentDigest()
    }
    let plain = try digest { _, _ in }
    #expect(try digest { _, _ in } == plain)
    #expect(try digest { samples, _ in samples[1][0] = 5 } != plain)
    #expect(try digest { _, labels in labels[0] = 1 } != plain)
  }

  @Test("a configuration that was read has no arrays, and says who gives them")
  func noValues() {
    let data = DatasetSpecification(ProgramArrays.form.example)
    let error = #expect(throws: DataError.self) { try DatasetSplits.open(data, seed: 1) }
    #expect(error?.isWrongUse == true && error?.location == "data.dataset")
  }
}
