import Glibc

/// The folder of one run, open for writing: `config.yaml`, `metrics.jsonl`, `checkpoints/step-NNNNNNNN.safetensors`,
/// `summary.json`, and `samples.jsonl` where a model of language writes. One process at a time, rank 0's.
///
/// Every file appears whole or not at all, but for metrics and samples, which grow by whole lines; and nothing else says which
/// checkpoint is newest or best than the checkpoints themselves: the folder is in order whenever the process is killed.
public final class RunFolder {
  public let path: String
  /// Whether there was nothing of an earlier run here when the folder was opened, except traces of one that ended
  /// before it began.
  public let wasEmpty: Bool

  /// Whether opening it made it.
  private let isNew: Bool
  let calls: SystemCalls
  private let lock: FolderLock
  let metrics: StepLog
  let samples: StepLog

  /// Creates the folder if need be, locks it, and removes what a killed run left half written.
  ///
  /// - Throws: if the folder cannot be written, or another run holds it.
  public convenience init(path: String) throws(CheckpointError) {
    try self.init(path: path, calls: SystemCalls())
  }

  init(path: String, calls: SystemCalls) throws(CheckpointError) {
    (self.path, self.calls) = (path, calls)
    isNew = !Paths.exists(path)
    try Paths.createFolder(path)
    lock = try FolderLock(folder: path)
    let checkpoints = RunLayout.checkpointsFolder(in: path)
    try Paths.createFolder(checkpoints)
    let ours = [FolderLock.name, Paths.name(of: checkpoints)]
    let found = try Paths.names(in: path).filter { !ours.contains($0) } + Paths.names(in: checkpoints)
    wasEmpty = found.isEmpty
    metrics = StepLog(path: RunLayout.metrics(in: path))
    samples = StepLog(path: RunLayout.samples(in: path))
    for folder in [path, checkpoints] {
      for name in try Paths.names(in: folder) where name.hasSuffix(AtomicFile.temporarySuffix) {
        try Paths.removeFile(Paths.join(folder, name))
      }
    }
  }

  /// For a run that is refused before it begins: takes back what opening the folder made. A folder that was there before, or
  /// that has something in it by now, stays.
  public func discardIfNew() {
    guard isNew, rmdir(RunLayout.checkpointsFolder(in: path)) == 0,
      (try? Paths.names(in: path)) == [FolderLock.name]
    else { return }
    unlink(Paths.join(path, FolderLock.name))
    rmdir(path)
  }

  /// Writes `config.yaml`, the effective configuration.
  public func writeConfiguration(_ yaml: String) throws(CheckpointError) {
    try AtomicFile.write(yaml, to: RunLayout.configuration(in: path), calls: calls)
  }

  /// Writes `summary.json`; `json` is the text of one object.
  public func writeSummary(_ json: String) throws(CheckpointError) {
    try AtomicFile.write(json.hasSuffix("\n") ? json : json + "\n", to: RunLayout.summary(in: path), calls: calls)
  }

  /// Writes `end.json`, how the run ended; `json` is the text of one object.
  public func writeEnd(_ json: String) throws(CheckpointError) {
    try AtomicFile.write(json + "\n", to: RunLayout.end(in: path), calls: calls)
  }

  /// Writes `profile.json` and `timeline.json`; each the text of one value.
  public func write(profile: String, timeline: String) throws(CheckpointError) {
    try AtomicFile.write(profile + "\n", to: RunLayout.profile(in: path), calls: calls)
    try AtomicFile.write(timeline + "\n", to: RunLayout.timeline(in: path), calls: calls)
  }

  /// Appends a line to `metrics.jsonl`.
  ///
  /// - Parameter record: an object with an integer `step`, the number of updates done.
  public func appendMetrics(_ record: JSON) throws(CheckpointError) {
    try metrics.append(record)
  }

  /// Appends a line to `samples.jsonl`, which appears with the first.
  ///
  /// - Parameter record: an object with an integer `step`, the number of updates done.
  public func appendSample(_ record: JSON) throws(CheckpointError) {
    try samples.append(record)
  }

  /// Makes the folder that of a run at `step`, before the run goes on from there: metrics and samples of later steps are cut off,
  /// the summary and what says how the run ended are removed, and checkpoints of later steps (damaged ones, or of a future that is given up) are set
  /// aside as `….superseded`, so that they are neither taken for this run's nor lost.
  ///
  /// - Parameter keepingTest: False drops what the test split gave at that step: a run at its end measures it again.
  /// - Returns: where the checkpoints that were set aside are now.
  @discardableResult
  public func rewind(to step: Int, keepingTest: Bool = true) throws(CheckpointError) -> [String] {
    var setAside: [String] = []
    for checkpoint in try checkpoints() where checkpoint.step > step {
      let path = checkpoint.path + ".superseded"
      try Paths.rename(checkpoint.path, to: path)
      setAside.append(path)
    }
    try metrics.cut(after: step, keepingTest: keepingTest, calls: calls)
    // A run that starts anew writes the sample before its first step again.
    try samples.cut(after: step == 0 ? -1 : step, calls: calls)
    try Paths.removeFile(RunLayout.summary(in: path))
    try Paths.removeFile(RunLayout.end(in: path))
    return setAside
  }
}
