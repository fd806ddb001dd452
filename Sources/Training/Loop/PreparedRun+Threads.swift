import Collectives

extension PreparedRun {
  /// Trains on threads of this process, and writes the run folder.
  ///
  /// The weights do not depend on `workers` if the configuration gives `training.shards`.
  ///
  /// - Parameters:
  ///   - workers: Number of threads that train, at least 1.
  ///   - reporter: Told what happens, by worker 0 alone.
  /// - Returns: The run folder, and its summary.
  /// - Throws: `RunError`, `DataError`, `CheckpointError` or `ModelError`, with what to do about it.
  public func train(
    workers: Int = 1, reporter: (any TrainingReporter & Sendable)? = nil
  ) throws -> (folder: String, summary: RunSummary) {
    precondition(workers >= 1, "\(workers) workers")
    let layout = ShardLayout(shards: try shards(workers: workers), workers: workers)
    let results = try ThreadGroup.run(layout: layout) { communicator in
      let trainer = try Trainer(self, communicator: communicator, jobSize: (1, 1), reporter: reporter)
      _ = try trainer.train()
      return trainer.result
    }
    guard let result = results.first.flatMap({ $0 }) else { preconditionFailure("worker 0 wrote no summary") }
    return result
  }
}
