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
  /// Told what went wrong and is no reason to end a run.
  public var warn: (String) -> Void = { _ in }

  /// Files that opening it made.
  private let made: (folder: Bool, mark: Bool, checkpoints: Bool)
  /// Whether a run had marked it before.
  private let wasRunFolder: Bool
  let calls: SystemCalls
  private let lock: FolderLock
  let metrics: StepLog
  let samples: StepLog
  /// Text that `config.yaml` is to hold, once it was written.
  private var configuration: String?
  /// Files of which it was said already that they cannot be removed.
  private var unremovable: Set<String> = []

  /// Creates the folder if need be, marks it as a run's, and locks it.
  ///
  /// - Parameters:
  ///   - configurationFile: The file that the run's configuration was read from, which is never written over.
  ///   - isClaimed: Whether `claim` made the folder for this run.
  /// - Throws: if the folder cannot be written, if another run holds it, or if it holds files of others with the names that a
  ///   run gives its own. Nothing is written or removed before that is known.
  public convenience init(
    path: String, configurationFile: String? = nil, isClaimed: Bool = false
  ) throws(CheckpointError) {
    try self.init(path: path, configurationFile: configurationFile, isClaimed: isClaimed, calls: SystemCalls())
  }

  init(
    path: String, configurationFile: String? = nil, isClaimed: Bool = false, calls: SystemCalls
  ) throws(CheckpointError) {
    (self.path, self.calls) = (path, calls)
    let found = try Paths.status(of: path)
    if let found, let root = try Paths.status(of: "/"), found.isSameFile(as: root) {
      throw CheckpointError(
        .incompatible, path: path, "the root of all files is no run folder", hint: "choose another folder (--run-dir)")
    }
    let isThere = try Paths.kind(of: path) == .folder
    wasRunFolder = isThere ? try Self.isRunFolder(path, calls: calls) : false
    if isThere {
      try Self.requireOwnCheckpoints(in: path)
      if let configurationFile { try Self.refuse(configuration: configurationFile, in: path) }
    }
    try Paths.createFolder(path)
    let isMarkNew = try Self.setMark(in: path)
    let checkpoints = RunLayout.checkpointsFolder(in: path)
    do throws(CheckpointError) {
      lock = try FolderLock(folder: path)
      let isNew = try Paths.kind(of: checkpoints) == nil
      try Paths.createFolder(checkpoints)
      made = (!isThere || isClaimed, isMarkNew, isNew)
      let ours = [FolderLock.name, RunLayout.markName, Paths.name(of: checkpoints)]
      let found = try Paths.names(in: path, calls: calls).filter { !ours.contains($0) }
      wasEmpty = try (found + Paths.names(in: checkpoints, calls: calls)).isEmpty
    } catch {
      // The mark of a folder that another run is just beginning is that run's.
      if isMarkNew, error.kind != .locked { unlink(RunLayout.mark(in: path)) }
      throw error
    }
    metrics = StepLog(path: RunLayout.metrics(in: path), calls: calls)
    samples = StepLog(path: RunLayout.samples(in: path), calls: calls)
  }

  /// Makes a folder that no other run has, not even one that starts at the same time: at `path`, or at the first of `path-2`,
  /// `path-3` and so on where nothing is.
  public static func claim(_ path: String) throws(CheckpointError) -> String {
    try Paths.createFolder(Paths.folder(of: path))
    var claimed = path
    var number = 2
    while try !Paths.makeFolder(claimed) {
      claimed = "\(path)-\(number)"
      number += 1
    }
    return claimed
  }

  /// For a run that is refused before it begins: takes back what opening the folder made, and no more than that.
  public func discard() {
    if made.checkpoints { rmdir(RunLayout.checkpointsFolder(in: path)) }
    if made.mark { unlink(RunLayout.mark(in: path)) }
    if lock.isNew { unlink(Paths.join(path, FolderLock.name)) }
    if made.folder { rmdir(path) }
  }

  /// Writes `config.yaml`, the effective configuration, below a line that says whose it is. One that no run wrote is set aside.
  public func writeConfiguration(_ yaml: String) throws(CheckpointError) {
    let file = RunLayout.configuration(in: path)
    let text = "\(RunLayout.configurationMark)\n\(yaml)"
    configuration = text
    if let kind = try Paths.kind(of: file, followingLinks: false) {
      if kind == .file, try ReadableFile.contents(of: file) == Array(text.utf8) { return }
      // In a folder that the run has just marked nothing was there; one of an earlier version bears no mark.
      if !made.mark, try !Self.isMarked(configuration: file) {
        let newPath = try Paths.setAside(file)
        warn("\(file) was not written by a run; it is now \(Paths.name(of: newPath))")
      }
    }
    try AtomicFile.write(text, to: file, calls: calls)
  }

  /// Writes again what was removed from the folder while the run goes on.
  func restoreRemoved() throws(CheckpointError) {
    for log in [metrics, samples] {
      if let problem = try log.sync() { warn(problem) }
    }
    _ = try Self.setMark(in: path)
    let file = RunLayout.configuration(in: path)
    if let configuration, try Paths.kind(of: file, followingLinks: false) == nil {
      warn("\(file) was removed while the run went on; it is written again")
      try AtomicFile.write(configuration, to: file, calls: calls)
    }
    // One level only: where the whole folder is gone, the error says so.
    mkdir(RunLayout.checkpointsFolder(in: path), 0o777)
  }

  /// Removes a file that is of no more use. Where that fails the run goes on, and says so once.
  func removeIfPossible(_ file: String) {
    do throws(CheckpointError) {
      try Paths.removeFile(file, calls: calls)
    } catch {
      if unremovable.insert(file).inserted { warn("\(error); the run goes on") }
    }
  }

  /// Writes `summary.json`; `json` is the text of one object.
  public func writeSummary(_ json: String) throws(CheckpointError) {
    try restoreRemoved()
    try AtomicFile.write(json.hasSuffix("\n") ? json : json + "\n", to: RunLayout.summary(in: path), calls: calls)
  }

  /// Writes `end.json`, how the run ended; `json` is the text of one object.
  public func writeEnd(_ json: String) throws(CheckpointError) {
    try AtomicFile.write(json + "\n", to: RunLayout.end(in: path), calls: calls)
  }

  /// Writes `data-report.json`, what of the data was not used; nil removes that of an earlier start.
  public func writeDataReport(_ json: String?) throws(CheckpointError) {
    guard let json else { return try Paths.removeFile(RunLayout.dataReport(in: path)) }
    try AtomicFile.write(json + "\n", to: RunLayout.dataReport(in: path), calls: calls)
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
  /// the summary, what says how the run ended, and what a killed run left half written are removed, and checkpoints of later
  /// steps (damaged ones, or of a future that is given up) are set
  /// aside as `….superseded`, so that they are neither taken for this run's nor lost.
  ///
  /// - Parameter keepingTest: False drops what the test split gave at that step: a run at its end measures it again.
  /// - Returns: where the checkpoints that were set aside are now.
  @discardableResult
  public func rewind(to step: Int, keepingTest: Bool = true) throws(CheckpointError) -> [String] {
    var setAside: [String] = []
    if wasRunFolder { try removeLeftovers() }
    for checkpoint in try checkpoints() where checkpoint.step > step {
      setAside.append(try Paths.setAside(checkpoint.path))
    }
    try metrics.cut(after: step, keepingTest: keepingTest)
    // A run that starts anew writes the sample before its first step again.
    try samples.cut(after: step == 0 ? -1 : step)
    try Paths.removeFile(RunLayout.summary(in: path))
    try Paths.removeFile(RunLayout.end(in: path))
    return setAside
  }

  /// Removes what killed runs left half written: files under the temporary names of a run's own files, nothing else.
  private func removeLeftovers() throws(CheckpointError) {
    let checkpoints = RunLayout.checkpointsFolder(in: path)
    for folder in [path, checkpoints] {
      for name in try Paths.names(in: folder, calls: calls) {
        guard let target = AtomicFile.target(of: name),
          folder == path
            ? RunLayout.fileNames.contains(target) : RunLayout.step(ofCheckpointNamed: target) != nil
        else { continue }
        let file = Paths.join(folder, name)
        if try Paths.kind(of: file, followingLinks: false) == .file { removeIfPossible(file) }
      }
    }
  }
}
