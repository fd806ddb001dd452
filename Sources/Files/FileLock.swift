import Glibc
import PlainText

/// A lock between the processes of a node: a file that its owner locks, and removes when done.
///
/// Links are not followed, and a file with several names (hard links) is not written to: in a folder that others may write to, it
/// could be any user's file.
package final class FileLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Waits for the lock.
  ///
  /// - Parameters:
  ///   - patience: Time after which `waiting` is called.
  ///   - limit: Longest wait.
  ///   - isStopped: Whether to stop waiting.
  ///   - waiting: Called once with the name of the lock's owner.
  /// - Returns: The lock; nil if it could not be taken.
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
      // The owner removes the file. A process that comes later creates another, whose lock must not be held beside this one.
      if LockFile.isOpen(descriptor, at: path) || tries == mostTries { return FileLock(path, descriptor) }
      close(descriptor)
    }
  }

  /// On some file systems `isOpen` is never true, since the file's number differs at each call.
  private static let mostTries = 16

  private init(_ path: String, _ descriptor: Int32) {
    (self.path, self.descriptor) = (path, descriptor)
    LockFile.noteOwner(in: descriptor)
  }

  /// Removes the file before unlocking it, and only if the name still leads to it: another process may have created a new one.
  package func release() {
    if LockFile.isOpen(descriptor, at: path) { unlink(path) }
    close(descriptor)
  }
}
