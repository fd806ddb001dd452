import Glibc

/// A file that a process locks (`flock(2)`), with a line that says which process. The system releases the lock when the process
/// ends, for whatever reason.
package enum LockFile {
  /// Whether the open file still has the name `path`, not another that has been put there. Links are not followed.
  package static func isOpen(_ descriptor: Int32, at path: String) -> Bool {
    var (own, found) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && lstat(path, &found) == 0 && own.isSameFile(as: found)
  }

  /// Writes which process has the lock. It is for messages only, so a failure does not matter.
  ///
  /// A file with several names (hard links) is not written to: it may be any user's.
  package static func noteOwner(in descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
      ftruncate(descriptor, 0) == 0
    else { return }
    let host = hostName()
    var text = "process \(getpid()) on \(host.isEmpty ? "an unknown host" : host)\n"
    text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Whether `text` is that of a lock file: it names a process, or is still empty.
  package static func isOwner(_ text: String) -> Bool {
    text.isEmpty || text.wholeMatch(of: /process [0-9]+ on [^\n]*\n?/) != nil
  }

  /// The owner that the file names. Anybody may have written that, so callers make it printable.
  package static func owner(in descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.isEmpty ? "another process" : text
  }
}
