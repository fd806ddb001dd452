import Collectives
import Foundation
import RunSettings
import Testing

@testable import Tensors
@testable import Training

/// A bit that flips in one replica ends the run, with a name, before a checkpoint holds it.
@Suite(.timeLimit(.minutes(15)))
struct ReplicaComparisonTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  private static let text = """
    data: {dataset: synthetic, shape: [5], classes: 3, samples: 30}
    model: {layers: [linear: 4, batch_norm, relu, linear: 3]}
    optimizer: {kind: sgd, momentum: 0.9}
    training: {batch_size: 6, steps: 50, shards: 5, compare_replicas: 10}
    checkpoint: {every_steps: 16, keep: 9}
    """

  /// Trains with `workers`; of those in `faults`, one bit of one flat buffer flips after the given step. Returns what the run ends with.
  private func train(
    workers: Int, faults: [Int], step: Int, buffer: Int = 0, element: Int = 0, bit: UInt32 = 0, set: [String] = []
  ) throws -> String {
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try PreparedRun(
      try RunConfiguration.parse(text: Self.text, overrides: set), options: RunOptions(runFolder: folder.path))
    do {
      _ = try ThreadGroup.run(layout: ShardLayout(shards: 5, workers: workers)) { communicator in
        let trainer = try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil)
        trainer.afterStep = { done, state in
          guard done == step else { return }
          // While nobody reads what may be shared.
          try? communicator.barrier()
          if faults.contains(communicator.worker) {
            let value = state[buffer].floats[element]
            state[buffer].floats[element] = Float(
              bitPattern: value.bitPattern ^ 1 << (bit + UInt32(communicator.worker)))
          }
          try? communicator.barrier()
        }
        return try trainer.train()
      }
      return "no difference"
    } catch let failure as AgreedFailure {
      #expect(failure.exitCode == 1)
      let checkpoints = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("checkpoints").path)
      #expect(!checkpoints.contains { $0 > String(format: "step-%08d", step) }, "\(checkpoints)")
      return failure.description
    }
  }

  @Test("the worker that differs from most, the step and the tensor are named")
  func oneOfMany() throws {
    let text = try train(workers: 3, faults: [1], step: 27)
    #expect(text.contains("after step 30: worker 1 differs from the 2 others"), "\(text)")
    #expect(text.contains("the first tensor that differs is 0.weight ("), "\(text)")
    #expect(text.contains("checkpoints/step-00000016.safetensors"), "\(text)")
    #expect(text.contains("--run-dir \(folder.path)"), "\(text)")
  }

  @Test("no checkpoint is written of replicas that differ")
  func beforeACheckpoint() throws {
    let text = try train(workers: 2, faults: [0], step: 32)
    #expect(text.contains("after step 32: workers 0, 1 do not agree"), "\(text)")
    #expect(text.contains("step-00000016.safetensors"), "\(text)")
    let end = try train(workers: 2, faults: [1], step: 50)
    #expect(end.contains("after step 50: ") && end.contains("step-00000048.safetensors"), "\(end)")
  }

  @Test("two of five that differ, each in its own way, are both named; where no more than half agree, all are")
  func votes() throws {
    #expect(
      try train(workers: 5, faults: [1, 3], step: 9).contains("after step 10: workers 1, 3 differ from the 3 others"))
    #expect(try train(workers: 4, faults: [0, 1], step: 9).contains("after step 10: workers 0, 1, 2, 3 do not agree"))
  }

  /// Each seen in the step it happens in, so that nothing else has come to differ by then.
  @Test(
    "parameters, buffers, optimiser state and padding are compared",
    arguments: [
      (0, 0, "0.weight"), (0, 32, "0.bias"), (0, 47, "0.bias"), (1, 16, "1.running_var"),
      (2, 32, "optimizer.momentum.0.bias"),
    ])
  func state(buffer: Int, element: Int, tensor: String) throws {
    let text = try train(workers: 3, faults: [2], step: 10, buffer: buffer, element: element, bit: 20)
    #expect(text.contains("worker 2 differs"), "\(text)")
    #expect(text.contains("is \(tensor) (1 of "), "\(text)")
    #expect(text.contains("no good checkpoint was written before"), "\(text)")
  }

  @Test("frozen parameters are compared, shared weights or not")
  func frozenState() throws {
    for sharing in [false, true] {
      let set = ["parameters=[{match: 3.*, freeze: true}]", "training.share_weights=\(sharing)"]
      let text = try train(workers: 3, faults: [2], step: 10, buffer: 3, element: 16, bit: 20, set: set)
      #expect(text.contains("worker 2 differs") && text.contains("is 3.bias (1 of "), "\(text)")
    }
  }

  @Test("state that workers share cannot differ between them; state of their own is compared")
  func sharedWeights() throws {
    let shared = ["training.share_weights=true"]
    #expect(try train(workers: 3, faults: [2], step: 7, set: shared) == "no difference")
    let text = try train(workers: 3, faults: [2], step: 10, buffer: 1, element: 16, bit: 20, set: shared)
    #expect(text.contains("worker 2 differs") && text.contains("is 1.running_var (1 of "), "\(text)")
  }

  @Test("a copy has one vote, however many workers have it")
  func votesOfCopies() throws {
    let even = try #require(ReplicaDifference(digests: [7, 8, 8], copies: [0, 1, 1]))
    #expect(!even.hasMajority && even.workers == [0, 1, 2])
    let third = try #require(ReplicaDifference(digests: [7, 7, 8, 8, 8, 8], copies: [0, 1, 2, 2, 2, 2]))
    #expect(third.hasMajority && third.workers == [2, 3, 4, 5])
    #expect(ReplicaDifference(digests: [7, 7, 7], copies: [0, 1, 1]) == nil)
    let both = try #require(ReplicaDifference(even, third))
    #expect(!both.hasMajority && both.workers == [0, 1, 2, 3, 4, 5])
    #expect(ReplicaDifference(nil, third) == third && ReplicaDifference(third, nil) == third)
    #expect(ReplicaDifference(nil, nil) == nil)
  }

  @Test func equalReplicasAndComparisonSwitchedOff() throws {
    #expect(try train(workers: 3, faults: [], step: 1) == "no difference")
    #expect(try train(workers: 3, faults: [1], step: 27, set: ["training.compare_replicas=null"]) == "no difference")
  }
}
