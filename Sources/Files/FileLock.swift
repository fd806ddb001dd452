import Glibc
import PlainText

/// A lock that the processes of a node take one after the other: a file, which goes with its owner.
///
/// Links are not followed, nor is a file written to that has other names: in a folder that others may write to, it could be
/// anybody's.
package final class FileLock: Sendable {
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
  package static func take(
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
          waiting(LockFile.owner(in: descriptor).onOneLine)
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
      if LockFile.isOpen(descriptor, at: path) || tries == mostTries { return FileLock(path, descriptor) }
      close(descriptor)
    }
  }

  /// On some file systems a file never looks the same twice.
  private static let mostTries = 16

  private init(_ path: String, _ descriptor: Int32) {
    (self.path, self.descriptor) = (path, descriptor)
    LockFile.noteOwner(in: descriptor)
  }

  /// The file is removed first: one that another process has made under its name is that process's.
  package func release() {
    if LockFile.isOpen(descriptor, at: path) { unlink(path) }
    close(descriptor)
  }
}
