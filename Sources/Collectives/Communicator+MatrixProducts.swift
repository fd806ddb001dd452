import Tensors

extension Communicator {
  /// Reserves OpenBLAS's working memory on every worker, before anything else is allocated. Collective.
  ///
  /// - Throws: On all workers alike, if the system refuses the memory to one of them.
  package func reserveMatrixProductWorkspace() throws {
    // Each keeps its own until all have one.
    let memory = try agree { try MatrixProductWorkspace() }
    memory.giveBack()
  }
}
