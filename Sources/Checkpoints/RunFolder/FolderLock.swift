import Glibc

/// Lock that keeps a second run from writing to a folder. The system releases it when the process ends, for whatever reason.
final class FolderLock {
  static let name = ".lock"

  private let descriptor: Int32
  /// Whether taking the lock made its file.
  let isNew: Bool

  /// Takes the lock. Links are not followed: in a folder that others may write to, one could lead to any file.
  init(folder: String) throws(CheckpointError) {
    let path = Paths.join(folder, Self.name)
    while true {
      let (descriptor, isNew) = try Self.openFile(path, folder: folder)
      guard uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
        let code = errno
        defer { close(descriptor) }
        guard code == EWOULDBLOCK else {
          throw .system(.unwritable, path: path, action: "lock the run folder", code: code)
        }
        throw CheckpointError(
          .locked, path: folder, "another run is writing to this folder (\(Self.owner(descriptor)))",
          hint: "wait for it to end or choose another folder (--run-dir)")
      }
      // A run that gave up the folder may have removed the file between the two calls.
      var own = stat()
      if fstat(descriptor, &own) == 0, let found = try Paths.status(of: path, followingLinks: false),
        own.isSameFile(as: found)
      {
        (self.descriptor, self.isNew) = (descriptor, isNew)
        // A file with a second name may belong to somebody else.
        if own.st_nlink == 1 { noteOwner() }
        return
      }
      close(descriptor)
    }
  }

  private static func openFile(
    _ path: String, folder: String
  ) throws(CheckpointError) -> (descriptor: Int32, isNew: Bool) {
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    while true {
      let made = uninterrupted { open(path, flags | O_CREAT | O_EXCL, 0o666) }
      if made >= 0 { return (made, true) }
      guard errno == EEXIST else { throw .system(.unwritable, path: folder, action: "write to the run folder") }
      let found = uninterrupted { open(path, flags) }
      if found >= 0 { return (found, false) }
      guard errno != ELOOP else { throw .isLink(path) }
      guard errno == ENOENT else { throw .system(.unwritable, path: path, action: "open the run folder's lock") }
    }
  }

  /// Whether a run made this lock file: it names the run's process, or is still empty.
  static func isOurs(_ path: String) throws(CheckpointError) -> Bool {
    guard try Paths.kind(of: path, followingLinks: false) == .file else { return false }
    let file = try ReadableFile(path: path)
    guard file.size <= 512 else { return false }
    let text = String(decoding: try file.bytes(0..<file.size), as: UTF8.self)
    return text.isEmpty || text.wholeMatch(of: /process [0-9]+ on [^\n]*\n?/) != nil
  }

  deinit { close(descriptor) }

  /// Text of the lock's owner: its process and host.
  private static func owner(_ descriptor: Int32) -> String {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
      let text = String(decoding: buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      return text.isEmpty ? "unknown process" : text
    }
  }

  /// Writes the owner's text. It is for messages only, so a failure does not matter.
  private func noteOwner() {
    var name = [UInt8](repeating: 0, count: 256)
    let isNamed = name.withUnsafeMutableBytes { buffer in
      buffer.bindMemory(to: CChar.self).baseAddress.map { gethostname($0, buffer.count - 1) == 0 } ?? false
    }
    let host = isNamed ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
    var text = "process \(getpid()) on \(host)\n"
    guard ftruncate(descriptor, 0) == 0 else { return }
    text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}
