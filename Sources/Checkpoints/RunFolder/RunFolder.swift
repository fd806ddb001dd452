import Files
import Glibc
import JSON

/// The folder of one run, open for writing: `config.yaml`, `metrics.jsonl`, `checkpoints/step-NNNNNNNN.safetensors`,
/// `summary.json`, and `samples.jsonl` if a language model writes samples. Only one process writes at a time, that of rank 0.
///
/// Metrics and samples grow by whole lines; every other file is complete or absent. Only the checkpoints themselves say which one
/// is newest or best. So the folder is consistent whenever the process is killed.
public final class RunFolder {
  public let path: String
  /// Whether the folder had nothing of an earlier run when it was opened, except traces of a run that ended before its first
  /// step.
  public let wasEmpty: Bool
  /// Receives problems that do not end a run.
  public var warn: (String) -> Void = { _ in }

  /// Files and folders that opening made.
  private let made: (folder: Bool, mark: Bool, checkpoints: Bool)
  /// Whether an earlier run had marked the folder.
  private let wasRunFolder: Bool
  let calls: SystemCalls
  private let lock: FolderLock
  let metrics: StepLog
  let samples: StepLog
  /// Text of `config.yaml`, after it was written.
  private var configuration: String?
  /// Files that could not be removed and have been reported.
  private var unremovable: Set<String> = []
  private var hasReportedCurves = false

  /// Creates the folder if it is missing, marks it as a run's, and locks it.
  ///
  /// - Parameters:
  ///   - path: The folder, which is made unless it exists.
  ///   - configurationFile: File of the run's configuration, which is never overwritten.
  ///   - isClaimed: Whether `claim` made the folder for this run.
  /// - Throws: If the folder cannot be written, if another run has locked it, or if it has files of others with names that a run
  ///   uses. Nothing is written or removed before that is known.
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
      let ours = [FolderLock.name, RunLayout.markName, checkpoints.lastPathComponent]
      let found = try Paths.names(in: path, calls: calls).filter { !ours.contains($0) }
      wasEmpty = try (found + Paths.names(in: checkpoints, calls: calls)).isEmpty
    } catch {
      // If another run is just starting in the folder, the mark is that run's.
      if isMarkNew, error.kind != .locked { unlink(RunLayout.mark(in: path)) }
      throw error
    }
    metrics = StepLog(path: RunLayout.metrics(in: path), calls: calls)
    samples = StepLog(path: RunLayout.samples(in: path), calls: calls)
  }

  /// Makes a folder that no other run has, not even one that starts at the same time: `path` or, if that exists, the first of
  /// `path-2`, `path-3` and so on that does not.
  public static func claim(_ path: String) throws(CheckpointError) -> String {
    try Paths.createFolder(path.parentFolder)
    var claimed = path
    var number = 2
    while try !Paths.makeFolder(claimed) {
      claimed = "\(path)-\(number)"
      number += 1
    }
    return claimed
  }

  /// For a run that is refused before it starts: removes what opening the folder made, and nothing else.
  public func discard() {
    if made.checkpoints { rmdir(RunLayout.checkpointsFolder(in: path)) }
    if made.mark { unlink(RunLayout.mark(in: path)) }
    if lock.isNew { unlink(path.appendingPath(FolderLock.name)) }
    if made.folder { rmdir(path) }
  }

  /// Writes `config.yaml`, the effective configuration, below a line that marks it as a run's. One without that line is set aside.
  public func writeConfiguration(_ yaml: String) throws(CheckpointError) {
    let file = RunLayout.configuration(in: path)
    let text = "\(RunLayout.configurationMark)\n\(yaml)"
    configuration = text
    if let kind = try Paths.kind(of: file, followingLinks: false) {
      if kind == .file, try ReadableFile.contents(of: file) == Array(text.utf8) { return }
      // A folder that had no mark before this run had no such file either, and a run of an earlier version has no mark on the
      // file.
      if !made.mark, try !Self.isMarked(configuration: file) {
        let newPath = try Paths.setAside(file)
        warn("\(file) was not written by a run; it is now \(newPath.lastPathComponent)")
      }
    }
    try AtomicFile.write(text, to: file, calls: calls)
  }

  /// Restores files that were removed from the folder during the run.
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
    // One level only: if the whole folder is gone, the error says so.
    mkdir(RunLayout.checkpointsFolder(in: path), 0o777)
  }

  /// Removes a file that is no longer needed. If that fails, the run goes on and warns once.
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

  /// Writes `data-report.json`, the list of unused data; nil removes that of an earlier start.
  public func writeDataReport(_ json: String?) throws(CheckpointError) {
    guard let json else { return try Paths.removeFile(RunLayout.dataReport(in: path)) }
    try AtomicFile.write(json + "\n", to: RunLayout.dataReport(in: path), calls: calls)
  }

  /// Writes `curves.svg`, which can be drawn again at any time: if that fails, the run goes on and warns once, and after a crash of
  /// the system the file may be incomplete.
  public func writeCurves(_ svg: String) {
    do throws(CheckpointError) {
      try AtomicFile.write(svg, to: RunLayout.curves(in: path), isDurable: false, calls: calls)
    } catch {
      if !hasReportedCurves { warn("\(error); the run goes on without the picture of its curves") }
      hasReportedCurves = true
    }
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

  /// Appends a line to `samples.jsonl`, which the first line creates.
  ///
  /// - Parameter record: an object with an integer `step`, the number of updates done.
  public func appendSample(_ record: JSON) throws(CheckpointError) {
    try samples.append(record)
  }

  /// Resets the folder to `step`, before the run resumes there. Removes metrics and samples of later steps, `summary.json`,
  /// `end.json`, `curves.svg`, and files that a killed run left half written. Checkpoints of later steps (damaged ones, or of a
  /// future that is given up) are renamed to `….superseded`, so that they are neither used nor lost.
  ///
  /// - Parameters:
  ///   - step: The last step that stays.
  ///   - keepingTest: False removes the test result of that step, since a run at its end measures it again.
  /// - Returns: New paths of the renamed checkpoints.
  @discardableResult
  public func rewind(to step: Int, keepingTest: Bool = true) throws(CheckpointError) -> [String] {
    var setAside: [String] = []
    if wasRunFolder { try removeLeftovers() }
    for checkpoint in try checkpoints() where checkpoint.step > step {
      setAside.append(try Paths.setAside(checkpoint.path))
    }
    try metrics.cut(after: step, keepingTest: keepingTest)
    // A run that starts anew writes the sample of step 0 again.
    try samples.cut(after: step == 0 ? -1 : step)
    try Paths.removeFile(RunLayout.summary(in: path))
    try Paths.removeFile(RunLayout.end(in: path))
    // If it stays, drawing replaces it or warns.
    try? Paths.removeFile(RunLayout.curves(in: path), calls: calls)
    return setAside
  }

  /// Removes files that killed runs left half written: those under temporary names of a run's own files, and no others.
  private func removeLeftovers() throws(CheckpointError) {
    let checkpoints = RunLayout.checkpointsFolder(in: path)
    for folder in [path, checkpoints] {
      for name in try Paths.names(in: folder, calls: calls) {
        guard let target = AtomicFile.target(of: name),
          folder == path
            ? RunLayout.fileNames.contains(target) : RunLayout.step(ofCheckpointNamed: target) != nil
        else { continue }
        let file = folder.appendingPath(name)
        if try Paths.kind(of: file, followingLinks: false) == .file { removeIfPossible(file) }
      }
    }
  }
}
