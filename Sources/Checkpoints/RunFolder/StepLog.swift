import Files
import Glibc
import JSON

/// `metrics.jsonl` or `samples.jsonl`: lines with one JSON object each, which has its `step`.
final class StepLog {
  let path: String
  private let calls: SystemCalls
  /// Descriptor, opened for the first line; -1 until then.
  private var descriptor: Int32 = -1

  init(path: String, calls: SystemCalls = SystemCalls()) {
    (self.path, self.calls) = (path, calls)
  }

  deinit { closeFile() }

  /// Appends a line with one write: after a killed run, at most the last line is incomplete.
  func append(_ record: JSON) throws(CheckpointError) {
    precondition(record["step"]?.integerValue != nil, "a record without an integer step: \(record)")
    if descriptor < 0 { try openFile() }
    var line = record.description + "\n"
    let code = line.withUTF8 { calls.writeAll(UnsafeRawBufferPointer($0), to: descriptor) ? 0 : errno }
    guard code == 0 else { throw .system(.unwritable, path: path, action: "write the file", code: code) }
  }

  /// Flushes appended lines to the disk, so that a checkpoint is never ahead of the log.
  ///
  /// If the log was removed during the run, it is written again with all of its lines; a file that has replaced it is set aside.
  ///
  /// - Returns: Description of what happened to the file since the last call; nil if nothing did.
  func sync() throws(CheckpointError) -> String? {
    guard descriptor >= 0 else { return nil }
    let restored = try restoreIfRemoved()
    guard uninterrupted({ calls.sync(descriptor) }) == 0 else {
      throw .system(.unwritable, path: path, action: "flush the file to the disk")
    }
    return restored
  }

  private func restoreIfRemoved() throws(CheckpointError) -> String? {
    var own = stat()
    guard fstat(descriptor, &own) == 0 else {
      throw .system(.unreadable, path: path, action: "access the log")
    }
    // A device is not a log; tests write to a full one.
    guard own.st_mode & S_IFMT == S_IFREG else { return nil }
    let found = try Paths.status(of: path, followingLinks: false)
    if let found, found.isSameFile(as: own) { return nil }
    let contents = try contents(count: Int(own.st_size))
    var aside = ""
    if found != nil {
      aside = " (the other is now \(try Paths.setAside(path).lastPathComponent))"
    }
    closeFile()
    try rewrite(contents)
    try openFile()
    return "\(path) was \(found == nil ? "removed" : "replaced") while the run wrote it; it is written again\(aside)"
  }

  /// Removes lines of later steps and incomplete lines.
  func cut(after step: Int, keepingTest: Bool = true) throws(CheckpointError) {
    guard let status = try Paths.status(of: path, followingLinks: false) else { return }
    guard status.st_mode & S_IFMT != S_IFLNK else { throw .isLink(path) }
    closeFile()
    let contents = try ReadableFile.contents(of: path)
    var kept: [UInt8] = []
    for line in contents.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSON(parsing: Array(line)), let lineStep = record["step"]?.integerValue,
        lineStep <= step, keepingTest || lineStep < step || record["split"]?.text != "test"
      else { continue }
      kept += line + [UInt8(ascii: "\n")]
    }
    // Appended lines must not reach another name of the same file, such as a copy made with hard links.
    guard kept != contents || status.st_nlink > 1 else { return }
    try rewrite(kept)
  }

  private func rewrite(_ contents: [UInt8]) throws(CheckpointError) {
    let file = try AtomicFile(path: path, calls: calls)
    try file.append(contents)
    try file.commit()
  }

  /// Opens the file without following links of either kind: in a folder that others may write to, they could lead to any file.
  private func openFile() throws(CheckpointError) {
    descriptor = uninterrupted { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666) }
    guard descriptor >= 0 else {
      throw errno == ELOOP ? .isLink(path) : .system(.unwritable, path: path, action: "open the file")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFREG || status.st_nlink == 1 else {
      closeFile()
      throw CheckpointError(
        .unwritable, path: path, "has other names (hard links), so it may be anybody's file",
        hint: "remove it, or choose another folder (--run-dir)")
    }
  }

  private func contents(count: Int) throws(CheckpointError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes { buffer in
        uninterrupted { pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(done)) }
      }
      guard read > 0 else { throw .system(.unreadable, path: path, action: "read what was written") }
      done += read
    }
    return bytes
  }

  private func closeFile() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
