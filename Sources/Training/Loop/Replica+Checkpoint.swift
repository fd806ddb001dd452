import Autograd
import CKernels
import Checkpoints
import DataPipeline
import Inference
import NeuralNetworks
import Tensors

/// The tensors that a checkpoint of a run must hold: weights with their shapes, and the names of the optimiser's state.
struct ExpectedState {
  let weights: [Checkpoint.Expectation]
  let optimizer: [String]
}

/// A replica's tensors as a checkpoint holds them: under dotted paths, in PyTorch's layouts.
extension Replica {
  /// Parameters in declaration order, then buffers in theirs: the content of `weights_sha256`.
  var weights: [TensorSource] { model.weights }

  /// SHA-256 over all parameters and buffers, as in a checkpoint.
  func weightsDigest() throws -> String { try Checkpoint.weightsSHA256(of: weights) }

  /// The optimiser's state by parameter: `optimizer.momentum.0.weight`. Frozen parameters have none.
  var optimizerState: [TensorSource] {
    optimizer.state.flatMap { state in
      model.store.trainable.map { parameter in
        TensorSource(
          Self.stateName(state.name, parameter), parameter.view(of: state.value), layout: parameter.fileLayout)
      }
    }
  }

  func loadOptimizerState(from checkpoint: Checkpoint) throws {
    for state in optimizer.state {
      for parameter in model.store.trainable {
        try checkpoint.read(
          Self.stateName(state.name, parameter), into: parameter.view(of: state.value), layout: parameter.fileLayout)
      }
    }
  }

  /// The first parameter or buffer with a value that is not finite.
  var firstNonFiniteTensor: String? {
    model.store.parameters.first { !$0.value.isFinite }?.path ?? model.store.buffers.first { !$0.value.isFinite }?.path
  }

  /// The flat buffers that make up the replica's state: equal on all workers at all times.
  var replicatedState: [Tensor] {
    [model.store.values, model.store.bufferValues] + optimizer.state.map(\.value) + [model.store.frozenValues]
  }

  /// Tensors of that state that each worker always has for itself.
  var ownState: [Tensor] { [model.store.bufferValues, model.store.frozenValues] }

  /// Tensors of that state that a node group shares, if `sharesWeights`.
  var sharableState: [Tensor] { [model.store.values] + optimizer.state.map(\.value) }

  var expectedState: ExpectedState {
    ExpectedState(weights: model.expectations, optimizer: optimizerState.map(\.name))
  }

  static let statePrefix = "optimizer."

  static func stateName(_ state: String, _ parameter: Parameter) -> String {
    "\(statePrefix)\(state).\(parameter.path)"
  }
}

extension Tensor {
  var rawBytes: UnsafeMutableRawBufferPointer { .init(start: pointer, count: count * dtype.size) }

  var isFinite: Bool { ck_first_nonfinite(dtype.kernelType, count, pointer) < 0 }
}
