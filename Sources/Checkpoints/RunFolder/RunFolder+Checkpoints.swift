import Files

/// A checkpoint file of a run folder, known by its name only.
public struct CheckpointFile: Equatable, Sendable {
  public let step: Int
  public let path: String
}

extension RunFolder {
  /// The checkpoint files, oldest first.
  public func checkpoints() throws(CheckpointError) -> [CheckpointFile] { try Self.checkpoints(in: path, calls: calls) }

  /// Such as `checkpoints/step-00001000.safetensors`; nil if there is none.
  public var newestCheckpointName: String? {
    get throws(CheckpointError) {
      try checkpoints().last.map {
        RunLayout.checkpointsFolder(in: path).lastPathComponent.appendingPath($0.path.lastPathComponent)
      }
    }
  }

  /// Writes the checkpoint of `metadata.step`, then removes all except the last `keep` and the best. If writing fails, nothing is
  /// removed.
  ///
  /// The best can be kept only if it was written: save one whenever an evaluation is the best so far.
  ///
  /// - Returns: Path of the file and SHA-256 of the weights.
  @discardableResult
  public func save(
    weights: [TensorSource], state: [TensorSource], metadata: CheckpointMetadata, keep: Int
  ) throws(CheckpointError) -> (path: String, weightsSHA256: String) {
    try restoreRemoved()
    let file = RunLayout.checkpoint(step: metadata.step, in: path)
    let sha256 = try Checkpoint.write(to: file, weights: weights, state: state, metadata: metadata, calls: calls)
    try removeCheckpoints(keep: keep, sparing: [metadata.step, metadata.best?.step])
    return (file, sha256)
  }

  /// Removes all checkpoints except the last `keep` and those of `steps`. One that cannot be removed stays, with a warning.
  public func removeCheckpoints(keep: Int, sparing steps: [Int?]) throws(CheckpointError) {
    precondition(keep >= 1, "keep \(keep) checkpoints")
    for old in try checkpoints().dropLast(keep) where !steps.contains(old.step) { removeIfPossible(old.path) }
  }

  /// The newest undamaged checkpoint, with all checksums verified; nil if there are no checkpoints.
  ///
  /// - Parameter damaged: Called for each newer one that is damaged.
  /// - Throws: If there are checkpoints, but all are damaged.
  public func newestCheckpoint(
    damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    try Self.newestCheckpoint(
      in: path, hint: "start anew in another folder (--run-dir)", calls: calls, damaged: damaged)
  }
}

extension RunFolder {
  /// The checkpoint for a path: the file itself or, for a run folder, the best checkpoint if the run has a validation split, else
  /// the last. All of it is verified. Takes no lock, so it works while the run trains.
  ///
  /// - Parameters:
  ///   - path: A run folder or a checkpoint file.
  ///   - damaged: Called for each damaged checkpoint that is passed over.
  public static func checkpoint(
    at path: String, damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint {
    guard let kind = try Paths.kind(of: path) else {
      throw CheckpointError(
        .missing, path: path, "no such file or folder", hint: "give a run folder or a checkpoint file")
    }
    guard kind == .folder else {
      let checkpoint = try Checkpoint(path: path)
      try checkpoint.verify()
      return checkpoint
    }
    if let best = try bestCheckpoint(in: path, damaged: damaged) { return best }
    // Damage is reported once.
    if let newest = try newestCheckpoint(
      in: path, hint: "give another run folder or a checkpoint file", damaged: { _ in })
    {
      return newest
    }
    throw CheckpointError(
      .missing, path: path, "the folder has no checkpoints", hint: "give a run folder or a checkpoint file")
  }

  /// The checkpoint at `path` or, for a run folder, its newest with a valid header; nil if there is none. Its tensors are not
  /// verified, which would take as long as reading the file.
  public static func newestReadable(at path: String) -> Checkpoint? {
    guard (try? Paths.kind(of: path)) == .folder else { return try? Checkpoint(path: path) }
    let files = (try? checkpoints(in: path)) ?? []
    return files.reversed().lazy.compactMap { try? Checkpoint(path: $0.path) }.first
  }

  /// The newest checkpoint in the folder of `path`, not newer than it, that has a later one: the run went on after it. Looks at
  /// file names only.
  public static func continuedCheckpoint(upTo path: String) throws(CheckpointError) -> String? {
    guard let step = RunLayout.step(ofCheckpointNamed: path.lastPathComponent) else { return nil }
    let beside = try checkpointFiles(in: path.parentFolder)
    return beside.dropLast().last { $0.step <= step }?.path
  }

  /// Whether there may be checkpoints: true also for a folder that cannot be listed.
  public static func mayHoldCheckpoints(_ folder: String) -> Bool {
    do throws(CheckpointError) { return try !checkpoints(in: folder).isEmpty } catch { return true }
  }

  /// The newest checkpoint that was the best of its run when it was written; among these, a newer one is better. Nil if there is
  /// no such undamaged checkpoint.
  static func bestCheckpoint(
    in folder: String, calls: SystemCalls = SystemCalls(), damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    try newestWhole(in: folder, where: \.metadata.isBest, calls: calls, damaged: damaged).checkpoint
  }

  /// - Parameter hint: Advice if all of them are damaged.
  static func newestCheckpoint(
    in folder: String, hint: String, calls: SystemCalls = SystemCalls(), damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> Checkpoint? {
    let (checkpoint, files) = try newestWhole(in: folder, where: { _ in true }, calls: calls, damaged: damaged)
    if let checkpoint { return checkpoint }
    guard files == 0 else {
      throw CheckpointError(
        .damaged, path: folder,
        files == 1 ? "its only checkpoint cannot be read" : "none of its \(files) checkpoints can be read", hint: hint)
    }
    return nil
  }

  /// The newest undamaged checkpoint with a property. A running run removes old checkpoints and writes new ones meanwhile: if one
  /// has disappeared, the folder is listed again.
  ///
  /// - Returns: The checkpoint, and the number of checkpoints.
  private static func newestWhole(
    in folder: String, where isWanted: (Checkpoint) -> Bool, calls: SystemCalls, damaged: (CheckpointError) -> Void
  ) throws(CheckpointError) -> (checkpoint: Checkpoint?, files: Int) {
    var told: Set<String> = []
    for attempt in 1...mostListings {
      let files = try checkpoints(in: folder, calls: calls)
      var isGone = false
      for file in files.reversed() {
        do throws(CheckpointError) {
          let checkpoint = try Checkpoint(path: file.path)
          guard isWanted(checkpoint) else { continue }
          try checkpoint.verify()
          return (checkpoint, files.count)
        } catch {
          if error.kind == .missing {
            isGone = true
            if attempt < mostListings { break } else { continue }
          }
          // A checkpoint that a failing disk cannot read may be undamaged: passing over it could lose it.
          guard error.kind != .unreadable else { throw error }
          if told.insert(file.path).inserted { damaged(error) }
        }
      }
      if !isGone || attempt == mostListings { return (nil, files.count) }
    }
    return (nil, 0)
  }

  /// Most listings in a row: no run replaces its checkpoints that often while one of them is opened.
  private static let mostListings = 100

  static func checkpoints(
    in folder: String, calls: SystemCalls = SystemCalls()
  ) throws(CheckpointError) -> [CheckpointFile] {
    let checkpoints = RunLayout.checkpointsFolder(in: folder)
    return try Paths.kind(of: checkpoints) == .folder ? try checkpointFiles(in: checkpoints, calls: calls) : []
  }

  private static func checkpointFiles(
    in folder: String, calls: SystemCalls = SystemCalls()
  ) throws(CheckpointError) -> [CheckpointFile] {
    try Paths.names(in: folder, calls: calls)
      .compactMap { name in
        RunLayout.step(ofCheckpointNamed: name).map { CheckpointFile(step: $0, path: folder.appendingPath(name)) }
      }
      .sorted { $0.step < $1.step }
  }
}
