import Autograd
import Checkpoints
import NeuralNetworks
import Tensors

extension Model {
  /// Parameters in declaration order, then buffers in theirs.
  package var weights: [TensorSource] {
    store.parameters.map { TensorSource($0.path, $0.value, layout: $0.fileLayout) }
      + store.buffers.map { TensorSource($0.path, $0.value) }
  }

  /// Their names and shapes.
  package var expectations: [Checkpoint.Expectation] {
    weights.map { Checkpoint.Expectation($0.name, shape: $0.shape) }
  }

  /// Makes the model that a checkpoint's configuration describes, with the checkpoint's weights.
  ///
  /// - Throws: Also if their sizes differ much, before memory is allocated: the configuration may be untrusted.
  package convenience init(
    _ specifications: [LayerSpecification], inputShape: [Int], outputs: Int, vocabulary: Int?,
    predictsTokens: Bool = true, from checkpoint: Checkpoint, pool: StoragePool
  ) throws {
    try self.init(
      specifications, inputShape: inputShape, outputs: outputs, vocabulary: vocabulary, predictsTokens: predictsTokens,
      pool: nil)
    let wanted = store.parameters.reduce(0) { $0 + $1.count } + store.buffers.reduce(0) { $0 + $1.count }
    let found = checkpoint.weights.reduce(0) { $0 + $1.count }
    // If less is missing, `loadWeights` names the tensors that differ.
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

  /// Loads parameters and buffers from a checkpoint.
  ///
  /// - Throws: If it is damaged or holds another model; then the error names the parameters that differ.
  package func loadWeights(from checkpoint: Checkpoint) throws {
    try checkpoint.requireWeights(expectations)
    for parameter in store.parameters {
      try checkpoint.read(parameter.path, into: parameter.value, layout: parameter.fileLayout)
    }
    for buffer in store.buffers { try checkpoint.read(buffer.path, into: buffer.value) }
  }
}

extension Parameter {
  /// Order of the elements in files, which is PyTorch's.
  package var fileLayout: FileLayout {
    switch layout {
    case .plain: .plain
    case .convolution: .convolution
    }
  }
}
