import Glibc

/// `metrics.jsonl` and `samples.jsonl`: one JSON object a line, each with the `step` it belongs to.
final class StepLog {
  let path: String
  /// Opened by the first line, -1 until then.
  private var descriptor: Int32 = -1

  init(path: String) {
    self.path = path
  }

  deinit { closeFile() }

  /// One line, one write: a killed run leaves at most its last line torn.
  func append(_ record: JSON) throws(CheckpointError) {
    precondition(record["step"]?.integerValue != nil, "a record without an integer step: \(record)")
    if descriptor < 0 {
      descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw .system(.unwritable, path: path, action: "open the file") }
    }
    var line = record.description + "\n"
    let (written, code) = line.withUTF8 { (write(descriptor, $0.baseAddress, $0.count), errno) }
    guard written == line.utf8.count else {
      throw .system(.unwritable, path: path, action: "write the file", code: written < 0 ? code : ENOSPC)
    }
  }

  /// Flushes what was appended to the disk, so that a checkpoint never knows more than the log.
  func sync() throws(CheckpointError) {
    guard descriptor < 0 || fsync(descriptor) == 0 else {
      throw .system(.unwritable, path: path, action: "flush the file to the disk")
    }
  }

  /// Removes lines of later steps, and lines that are torn.
  func cut(after step: Int, keepingTest: Bool = true, calls: SystemCalls) throws(CheckpointError) {
    guard Paths.exists(path) else { return }
    closeFile()
    let contents = try ReadableFile.contents(of: path)
    var kept: [UInt8] = []
    for line in contents.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSON(parsing: Array(line)), let lineStep = record["step"]?.integerValue,
        lineStep <= step, keepingTest || lineStep < step || record["split"]?.text != "test"
      else { continue }
      kept += line + [UInt8(ascii: "\n")]
    }
    guard kept != contents else { return }
    let file = try AtomicFile(path: path, calls: calls)
    try file.append(kept)
    try file.commit()
  }

  private func closeFile() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
