/// A checkpoint file of a run folder, by its name; nothing is known of its contents.
public struct CheckpointFile: Equatable, Sendable {
  public let step: Int
  public let path: String
}

extension RunFolder {
  /// The checkpoint files, oldest first.
  public func checkpoints() throws(CheckpointError) -> [CheckpointFile] { try Self.checkpoints(in: path) }

  /// `checkpoints/step-00001000.safetensors`; nil where there is none.
  public var newestCheckpointName: String? {
    get throws(CheckpointError) {
      try checkpoints().last.map {
        Paths.join(Paths.name(of: RunLayout.checkpointsFolder(in: path)), Paths.name(of: $0.path))
      }
    }
  }

  /// Writes the checkpoint of `metadata.step`, then removes all but the last `keep` and the best. If writing fails,
  /// nothing is removed.
  ///
  /// The best is kept only if it was written at all: save one whenever an evaluation is the best so far.
  ///
  /// - Returns: the path of the file and the SHA-256 of the weights.
  @discardableResult
  public func save(
    weights: [TensorSource], state: [TensorSource], metadata: CheckpointMetadata, keep: Int
  ) throws(CheckpointError) -> (path: String, weightsSHA256: String) {
    try metrics.sync()
    try samples.sync()
    let file = RunLayout.checkpoint(step: metadata.step, in: path)
    let sha256 = try Checkpoint.write(to: file, weights: weights, state: state, metadata: metadata, calls: calls)
    try removeCheckpoints(keep: keep, sparing: [metadata.step, metadata.best?.step])
    return (file, sha256)
  }

  /// Removes all checkpoints but the last `keep` and those of some steps.
  public func removeCheckpoints(keep: Int, sparing steps: [Int?]) throws(CheckpointError) {
    precondition(keep >= 1, "keep \(keep) checkpoints")
    for old in try checkpoints().dropLast(keep) where !steps.contains(old.step) { try Paths.removeFile(old.path) }
  }

  /// The newest checkpoint that is whole, every checksum verified; nil if there is none at all.
  ///
  /// - Parameter damaged: told of each newer one that is not.
  /// - Throws: if there are checkpoints, but none that is whole.
  public func newestCheckpoint(
    damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    try Self.newestCheckpoint(
      in: path, hint: "start anew in another folder (--run-dir)", damaged: damaged)
  }
}

extension RunFolder {
  /// The checkpoint that a path stands for: a file itself; a run folder its best checkpoint where the run has a
  /// validation split, else its last. All of it is verified. Takes no lock, so a run may be looked at while it trains.
  ///
  /// - Parameter damaged: told of checkpoints that were passed over because they are damaged.
  public static func checkpoint(
    at path: String, damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint {
    guard Paths.exists(path) else {
      throw CheckpointError(
        .missing, path: path, "no such file or folder", hint: "give a run folder or a checkpoint file")
    }
    guard Paths.isFolder(path) else {
      let checkpoint = try Checkpoint(path: path)
      try checkpoint.verify()
      return checkpoint
    }
    if let best = try bestCheckpoint(in: path, damaged: damaged) { return best }
    // The same damage is not told twice.
    if let newest = try newestCheckpoint(
      in: path, hint: "give another run folder or a checkpoint file", damaged: { _ in })
    {
      return newest
    }
    throw CheckpointError(
      .missing, path: path, "the folder has no checkpoints", hint: "give a run folder or a checkpoint file")
  }

  /// The newest checkpoint up to the one at `path`, of those that lie beside it, after which the run went on: a later
  /// one was written. Goes by the names of the files alone.
  public static func continuedCheckpoint(upTo path: String) throws(CheckpointError) -> String? {
    guard let step = RunLayout.step(ofCheckpointNamed: Paths.name(of: path)) else { return nil }
    let beside = try checkpointFiles(in: Paths.folder(of: path))
    return beside.dropLast().last { $0.step <= step }?.path
  }

  /// The newest checkpoint that was the best of its run when it was written: later ones can only be better. Nil if
  /// no whole checkpoint says so.
  static func bestCheckpoint(
    in folder: String, damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    newestWhole(of: try checkpoints(in: folder), where: \.metadata.isBest, damaged: damaged)
  }

  /// - Parameter hint: What to do where none of them is whole.
  static func newestCheckpoint(
    in folder: String, hint: String, damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    let files = try checkpoints(in: folder)
    if let checkpoint = newestWhole(of: files, where: { _ in true }, damaged: damaged) { return checkpoint }
    guard files.isEmpty else {
      throw CheckpointError(
        .damaged, path: folder,
        files.count == 1
          ? "its only checkpoint cannot be read" : "none of its \(files.count) checkpoints can be read", hint: hint)
    }
    return nil
  }

  private static func newestWhole(
    of files: [CheckpointFile], where isWanted: (Checkpoint) -> Bool, damaged: (CheckpointError) -> Void
  ) -> Checkpoint? {
    for file in files.reversed() {
      do {
        let checkpoint = try Checkpoint(path: file.path)
        guard isWanted(checkpoint) else { continue }
        try checkpoint.verify()
        return checkpoint
      } catch {
        // One that is gone was removed by the run itself in the meantime, as old ones are.
        if error.kind != .missing { damaged(error) }
      }
    }
    return nil
  }

  static func checkpoints(in folder: String) throws(CheckpointError) -> [CheckpointFile] {
    let checkpoints = RunLayout.checkpointsFolder(in: folder)
    return Paths.isFolder(checkpoints) ? try checkpointFiles(in: checkpoints) : []
  }

  private static func checkpointFiles(in folder: String) throws(CheckpointError) -> [CheckpointFile] {
    try Paths.names(in: folder)
      .compactMap { name in
        RunLayout.step(ofCheckpointNamed: name).map { CheckpointFile(step: $0, path: Paths.join(folder, name)) }
      }
      .sorted { $0.step < $1.step }
  }
}
