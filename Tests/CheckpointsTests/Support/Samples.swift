import Foundation
import Tensors

@testable import Checkpoints

/// A file of the test resources.
func resource(_ name: String) throws -> String {
  let path = Bundle.module.bundleURL.appendingPathComponent("Resources/\(name)").path
  guard FileManager.default.fileExists(atPath: path) else {
    throw CheckpointError(.missing, path: name, "no such resource")
  }
  return path
}

/// A small model's weights and state, all values a function of `variant`.
struct SampleModel {
  let convolution: Tensor
  let bias: [Float]
  let momentum: [Float]

  init(variant: Int = 0, pool: StoragePool = StoragePool()) {
    let values = (0..<(5 * 3 * 2 * 3)).map { Double(($0 * 37 + variant * 11) % 101) / 8 - 6 }
    convolution = Tensor(values, shape: [5, 3, 2, 3], pool: pool)
    bias = (0..<5).map { Float($0 * 3 + variant) / 7 }
    momentum = (0..<5).map { Float($0) - Float(variant) }
  }

  var weights: [TensorSource] {
    [TensorSource("0.weight", convolution, layout: .convolution), TensorSource("0.bias", shape: [5], values: bias)]
  }
  var state: [TensorSource] { [TensorSource("optimizer.momentum.0.bias", shape: [5], values: momentum)] }
}

extension CheckpointMetadata {
  static func sample(step: Int, best: Int? = nil) -> CheckpointMetadata {
    CheckpointMetadata(
      step: step, epoch: step / 10, position: step % 10 * 100, shards: 4, workers: 2, blasThreads: 1,
      best: best.map { Best(step: $0, metric: "validation_loss", value: 1 / Double($0 + 1)) },
      configuration: "training: {steps: \(step)}\n", progress: "{\"samples\":\(step * 100)}")
  }
}

@discardableResult
func writeSample(to path: String, step: Int = 3, variant: Int = 0, best: Int? = nil) throws -> String {
  let model = SampleModel(variant: variant)
  return try Checkpoint.write(
    to: path, weights: model.weights, state: model.state, metadata: .sample(step: step, best: best))
}
