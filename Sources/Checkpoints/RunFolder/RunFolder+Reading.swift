import Files
import JSON

/// Files of a run folder, for reading. No lock is taken, so this works while the run trains.
extension RunFolder {
  /// Checks that a folder has a file that runs write.
  ///
  /// - Throws: If `path` is no folder, or has no such file.
  public static func requireRun(at path: String) throws(CheckpointError) {
    let hint = "give a folder that lockstep train has written"
    switch try Paths.kind(of: path) {
    case nil: throw CheckpointError(.missing, path: path, "no such folder", hint: hint)
    case .folder: break
    case .file, .link, .other:
      throw CheckpointError(.incompatible, path: path, "a file, where a run folder is required", hint: hint)
    }
    for file in [RunLayout.configuration, RunLayout.metrics, RunLayout.summary] {
      if try Paths.kind(of: file(path)) == .file { return }
    }
    throw CheckpointError(
      .incompatible, path: path, "no run folder: it has neither config.yaml nor metrics.jsonl nor summary.json",
      hint: hint)
  }

  /// The object in a file such as `summary.json`; nil if there is no such file.
  public static func object(in file: String) throws(CheckpointError) -> JSON? {
    guard let bytes = try contents(of: file) else { return nil }
    do throws(JSONError) {
      let value = try JSON(parsing: bytes)
      if value.members != nil { return value }
    } catch {
      throw CheckpointError(.damaged, path: file, "no JSON: \(error)")
    }
    throw CheckpointError(.damaged, path: file, "its JSON is no object")
  }

  /// Calls `body` with each record of `metrics.jsonl`, in order. The last line of a run that trains or was killed may be
  /// incomplete, and does not count.
  ///
  /// - Returns: Number of lines that are not valid records.
  public static func readMetrics(in folder: String, _ body: (JSON) -> Void) throws(CheckpointError) -> Int {
    var damaged = 0
    let bytes = try contents(of: RunLayout.metrics(in: folder)) ?? []
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
    for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
      if let record = try? JSON(parsing: Array(line)), record["step"]?.integerValue != nil {
        body(record)
      } else {
        damaged += 1
      }
    }
    return damaged
  }

  /// Nil if there is no such file.
  private static func contents(of file: String) throws(CheckpointError) -> [UInt8]? {
    do throws(CheckpointError) {
      return try ReadableFile.contents(of: file)
    } catch {
      if error.kind == .missing { return nil }
      throw error
    }
  }
}
