import Glibc

/// `metrics.jsonl` and `samples.jsonl`: one JSON object a line, each with the `step` it belongs to.
final class StepLog {
  let path: String
  private let calls: SystemCalls
  /// Opened by the first line, -1 until then.
  private var descriptor: Int32 = -1

  init(path: String, calls: SystemCalls = SystemCalls()) {
    (self.path, self.calls) = (path, calls)
  }

  deinit { closeFile() }

  /// One line, one write: a killed run leaves at most its last line torn.
  func append(_ record: JSON) throws(CheckpointError) {
    precondition(record["step"]?.integerValue != nil, "a record without an integer step: \(record)")
    if descriptor < 0 { try openFile() }
    var line = record.description + "\n"
    let code = line.withUTF8 { calls.writeAll(UnsafeRawBufferPointer($0), to: descriptor) ? 0 : errno }
    guard code == 0 else { throw .system(.unwritable, path: path, action: "write the file", code: code) }
  }

  /// Flushes what was appended to the disk, so that a checkpoint never knows more than the log.
  ///
  /// A log that was removed while the run writes it is written again, with all that it held; one that was replaced is set aside.
  ///
  /// - Returns: what happened to the file since, if anything did.
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
      throw .system(.unreadable, path: path, action: "find out what was written")
    }
    // A device is not a log of ours; tests write to a full one.
    guard own.st_mode & S_IFMT == S_IFREG else { return nil }
    let found = try Paths.status(of: path, followingLinks: false)
    if let found, found.isSameFile(as: own) { return nil }
    let contents = try contents(count: Int(own.st_size))
    var aside = ""
    if found != nil {
      aside = " (the other is now \(Paths.name(of: try Paths.setAside(path))))"
    }
    closeFile()
    try rewrite(contents)
    try openFile()
    return "\(path) was \(found == nil ? "removed" : "replaced") while the run wrote it; it is written again\(aside)"
  }

  /// Removes lines of later steps, and lines that are torn.
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
    // Lines to come must not reach a file by another of its names, like a copy made of links.
    guard kept != contents || status.st_nlink > 1 else { return }
    try rewrite(kept)
  }

  private func rewrite(_ contents: [UInt8]) throws(CheckpointError) {
    let file = try AtomicFile(path: path, calls: calls)
    try file.append(contents)
    try file.commit()
  }

  /// Links, of either kind, are not followed: in a folder that others may write to, they could lead to any file.
  private func openFile() throws(CheckpointError) {
    descriptor = uninterrupted { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666) }
    guard descriptor >= 0 else {
      throw errno == ELOOP ? .isLink(path) : .system(.unwritable, path: path, action: "open the file")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFREG || status.st_nlink == 1 else {
      closeFile()
      throw CheckpointError(
        .unwritable, path: path, "has other names (hard links), by which it may be anybody's file",
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
