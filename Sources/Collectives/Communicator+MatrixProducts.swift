import Tensors

extension Communicator {
  /// Makes sure that every worker can multiply matrices, before it takes memory for anything else. Collective.
  ///
  /// - Throws: on all workers alike, where the system refuses one of them the memory.
  package func reserveMatrixProductWorkspace() throws {
    // Each holds its own until all have one.
    let memory = try agree { try MatrixProductWorkspace() }
    memory.giveBack()
  }
}
