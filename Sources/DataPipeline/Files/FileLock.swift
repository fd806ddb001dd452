import Foundation
import Tensors

/// A lock that the processes of a node take one after the other: a file, which goes with its owner.
///
/// Links are not followed, nor is a file written to that has other names: in a folder that others may write to, it could be
/// anybody's.
final class FileLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Waits for the lock.
  ///
  /// - Parameters:
  ///   - patience: How long it waits without a word.
  ///   - limit: How long it waits at all.
  ///   - isStopped: Ends the waiting.
  ///   - waiting: Told once who holds the lock.
  /// - Returns: nil where it cannot be had.
  static func take(
    _ path: String, patience: Duration, limit: Duration, isStopped: () -> Bool = { false },
    waiting: (_ owner: String) -> Void
  ) -> FileLock? {
    let start = ContinuousClock.now
    var isSaid = false
    var tries = 0
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { return nil }
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let code = errno
        let waited = ContinuousClock.now - start
        if code == EWOULDBLOCK && waited >= patience && !isSaid {
          waiting(owner(of: descriptor))
          isSaid = true
        }
        guard code == EWOULDBLOCK || code == EINTR, waited < limit, !isStopped() else {
          close(descriptor)
          return nil
        }
        usleep(20_000)
      }
      tries += 1
      // The owner removes the file: who comes later makes another, and must not have that one's lock beside this.
      if isAt(path, descriptor) || tries == mostTries { return FileLock(path, descriptor) }
      close(descriptor)
    }
  }

  /// On some file systems a file never looks the same twice.
  private static let mostTries = 16

  private init(_ path: String, _ descriptor: Int32) {
    (self.path, self.descriptor) = (path, descriptor)
    // For the message only, so a failure does not matter.
    var name = [UInt8](repeating: 0, count: 256)
    let isNamed = name.withUnsafeMutableBytes { buffer in
      buffer.bindMemory(to: CChar.self).baseAddress.map { gethostname($0, buffer.count - 1) == 0 } ?? false
    }
    let host = isNamed ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "an unknown host"
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { return }
    var text = "process \(getpid()) on \(host)\n"
    if ftruncate(descriptor, 0) == 0 { text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) } }
  }

  /// The file is removed first: one that another process has made under its name is that process's.
  func release() {
    if Self.isAt(path, descriptor) { unlink(path) }
    close(descriptor)
  }

  /// Whether the file still has its name.
  private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
    var (own, found) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && lstat(path, &found) == 0
      && own.st_dev == found.st_dev && own.st_ino == found.st_ino
  }

  /// The owner's text, which anybody could have written, on one line.
  private static func owner(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.isEmpty ? "another process" : text.onOneLine
  }
}
