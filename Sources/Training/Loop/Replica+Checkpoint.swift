import Autograd
import CKernels
import Checkpoints
import DataPipeline
import NeuralNetworks
import Tensors

/// A replica's tensors as a checkpoint holds them: under dotted paths, in PyTorch's layouts.
extension Replica {
  /// Parameters in declaration order, then buffers in theirs: what `weights_sha256` is taken over.
  var weights: [TensorSource] { model.weights }

  /// SHA-256 over all parameters and buffers, as a checkpoint of them would carry it.
  func weightsDigest() throws -> String { try Checkpoint.weightsSHA256(of: weights) }

  /// The optimiser's state by parameter: `optimizer.momentum.0.weight`. Frozen ones have none.
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

  /// Tensors of them that each worker has for itself in any case.
  var ownState: [Tensor] { [model.store.bufferValues, model.store.frozenValues] }

  /// Tensors of them that workers with common memory share, if `sharesWeights`.
  var sharableState: [Tensor] { [model.store.values] + optimizer.state.map(\.value) }

  static func stateName(_ state: String, _ parameter: Parameter) -> String {
    "optimizer.\(state).\(parameter.path)"
  }
}

extension Model {
  /// Parameters in declaration order, then buffers in theirs.
  var weights: [TensorSource] {
    store.parameters.map { TensorSource($0.path, $0.value, layout: $0.fileLayout) }
      + store.buffers.map { TensorSource($0.path, $0.value) }
  }

  /// Their names and shapes.
  var expectations: [Checkpoint.Expectation] { weights.map { Checkpoint.Expectation($0.name, shape: $0.shape) } }

  /// Makes the model that a checkpoint's configuration describes, with the checkpoint's weights.
  ///
  /// - Throws: also where the two are of very different sizes, before memory is taken: the configuration may be anybody's.
  convenience init(
    _ specifications: [LayerSpecification], inputShape: [Int], outputs: Int, vocabulary: Int?,
    predictsTokens: Bool = true, from checkpoint: Checkpoint, pool: StoragePool
  ) throws {
    try self.init(
      specifications, inputShape: inputShape, outputs: outputs, vocabulary: vocabulary, predictsTokens: predictsTokens,
      pool: nil)
    let wanted = store.parameters.reduce(0) { $0 + $1.count } + store.buffers.reduce(0) { $0 + $1.count }
    let found = checkpoint.weights.reduce(0) { $0 + $1.count }
    // Where less is missing, `loadWeights` says which tensors differ.
    guard wanted / 2 <= found + Self.smallModel else {
      throw CheckpointError(
        .incompatible, path: checkpoint.path,
        "its configuration describes a model of \(wanted) numbers, but it holds \(found)",
        hint: "use another checkpoint or get the file again")
    }
    store.allocate(pool: pool)
    try loadWeights(from: checkpoint)
  }

  private static var smallModel: Int { 1 << 20 }

  /// Takes parameters and buffers from a checkpoint.
  ///
  /// - Throws: if it is damaged, or holds another model: then which parameters differ.
  func loadWeights(from checkpoint: Checkpoint) throws {
    try checkpoint.requireWeights(expectations)
    for parameter in store.parameters {
      try checkpoint.read(parameter.path, into: parameter.value, layout: parameter.fileLayout)
    }
    for buffer in store.buffers { try checkpoint.read(buffer.path, into: buffer.value) }
  }
}

extension Parameter {
  fileprivate var fileLayout: FileLayout {
    switch layout {
    case .plain: .plain
    case .convolution: .convolution
    }
  }
}

extension Tensor {
  var rawBytes: UnsafeMutableRawBufferPointer { .init(start: pointer, count: count * dtype.size) }

  var isFinite: Bool { ck_first_nonfinite(dtype.kernelType, count, pointer) < 0 }
}

/// The normaliser travels with the weights: a model must meet the input it was trained on.
extension Normalizer {
  var tensors: [TensorSource] {
    mean.isEmpty
      ? []
      : [
        TensorSource("data.mean", shape: [mean.count], values: mean),
        TensorSource("data.standard_deviation", shape: [mean.count], values: standardDeviation),
      ]
  }

  init(of checkpoint: Checkpoint, kind: DatasetSpecification.Normalization) throws {
    guard kind != .none else {
      self = .none
      return
    }
    let mean = try checkpoint.floats("data.mean")
    let deviation = try checkpoint.floats("data.standard_deviation")
    // A subnormal deviation has no finite inverse.
    guard mean.count == deviation.count, mean.allSatisfy({ $0.isFinite }),
      deviation.allSatisfy({ $0 > 0 && $0.isNormal })
    else {
      throw CheckpointError(
        .damaged, path: checkpoint.path, "its mean and standard deviation of the data make no sense",
        hint: "use another checkpoint or get the file again")
    }
    self.init(kind: kind, mean: mean, standardDeviation: deviation)
  }
}
