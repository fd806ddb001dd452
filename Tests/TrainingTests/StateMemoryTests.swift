import RunSettings
import Testing

@testable import Training

/// Memory that a run requires before its first sample, for each worker and for all of a machine.
@Suite struct StateMemoryTests {
  /// In buffers of the parameters' size, which is 4 KiB for each output.
  private func buffers(outputs: Int, _ settings: String...) throws -> [Int] {
    let text = """
      data: {dataset: synthetic, shape: [1024], classes: \(outputs), samples: 30}
      model: {layers: [linear: {outputs: classes, bias: false}]}
      optimizer: {kind: sgd, momentum: 0.9}
      training: {batch_size: 6, steps: 50}
      """
    let run = try PreparedRun(RunConfiguration.parse(text: text, overrides: settings))
    return [run.memory.worker, run.memory.host].map { $0 / (4096 * outputs) }
  }

  @Test func largeWeightsAreShared() throws {
    #expect(try buffers(outputs: 1024) == [1, 2])
    #expect(try buffers(outputs: 1023) == [3, 0])
    #expect(try buffers(outputs: 1024, "training.share_weights=false") == [3, 0])
    #expect(try buffers(outputs: 16, "training.share_weights=true") == [1, 2])
  }

  @Test func optimizersTakeWhatTheyNeed() throws {
    #expect(try buffers(outputs: 16, "optimizer={kind: sgd, clip_value: 1}") == [3, 0])
    #expect(try buffers(outputs: 1024, "optimizer={kind: adamw, clip_value: 1}") == [1, 4])
  }
}
