import Charts
import Checkpoints
import Configuration
import JSON
import PlainText
import RunSettings

/// The files of a run folder, as far as they can be read.
struct RecordedRun {
  let path: String
  let configuration: RunConfiguration?
  private let summary: JSON?
  private let end: JSON?
  let curves: RunCurves
  /// The last records of the log, which stand in for a summary that an unfinished run does not have.
  private let log: LastRecords

  /// - Parameter warn: Called with one line for each file that is damaged.
  /// - Throws: If there is no run folder at `path`.
  init(at path: String, warn: (String) -> Void) throws(CheckpointError) {
    try RunFolder.requireRun(at: path)
    self.path = path
    configuration = Self.configuration(in: path, warn: warn)
    func object(_ file: String) -> JSON? {
      Self.ifReadable(warn) { () throws(CheckpointError) in try RunFolder.object(in: file) } ?? nil
    }
    summary = object(RunLayout.summary(in: path))
    end = object(RunLayout.end(in: path))
    var (curves, log) = (RunCurves(), LastRecords())
    let damaged = Self.ifReadable(warn) { () throws(CheckpointError) in
      try RunFolder.readMetrics(in: path) { record in
        curves.add(record)
        log.add(record)
      }
    }
    if let damaged, damaged > 0 {
      warn("\(RunLayout.metrics(in: path)): \(damaged.counted("line")) cannot be read, and have no part in the curves")
    }
    (self.curves, self.log) = (curves, log)
  }

  private static func configuration(in path: String, warn: (String) -> Void) -> RunConfiguration? {
    do throws(ConfigurationError) {
      return try RunConfiguration.record(inRunFolder: RunLayout.configuration(in: path))
    } catch {
      let rest = error.issues.count > 1 ? " (and \((error.issues.count - 1).counted("more mistake")))" : ""
      warn("\(error.issues.first?.description ?? path)\(rest); the settings of this run are left out")
      return nil
    }
  }

  private static func ifReadable<Value>(
    _ warn: (String) -> Void, _ read: () throws(CheckpointError) -> Value
  ) -> Value? {
    do throws(CheckpointError) {
      return try read()
    } catch {
      warn("\(error.path): \(error.problem); its values are left out")
      return nil
    }
  }

  /// State of the run: done, stopped, failed, or unfinished while it trains and after it was killed.
  var state: String { end?["end"]?.text ?? (summary == nil ? "unfinished" : "done") }

  /// A value of `summary.json` or, without one, the latest of the log; null if there is none.
  func value(_ key: String) -> JSON { summary.map { $0[key] ?? .null } ?? log.values[key] ?? .null }
}

/// The values of a log's last records, under the keys of `summary.json`.
private struct LastRecords {
  private(set) var values: [String: JSON] = [:]

  mutating func add(_ record: JSON) {
    guard let split = record["split"]?.text else { return }
    for (key, name) in [("step", "steps"), ("epoch", "epochs"), ("wall_seconds", "wall_seconds")] {
      values[name] = record[key]
    }
    values["\(split)_loss"] = record["loss"]
    values["\(split)_accuracy"] = record["accuracy"]
    if let rate = record["samples_per_second"] { values["samples_per_second"] = rate }
  }
}
