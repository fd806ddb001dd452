import Files
import Glibc

/// Lock that keeps a second run from writing to a folder. The system releases it when the process ends, for whatever reason.
final class FolderLock {
  static let name = ".lock"

  private let descriptor: Int32
  /// Whether taking the lock made its file.
  let isNew: Bool

  /// Takes the lock. Links are not followed: in a folder that others may write to, one could lead to any file.
  init(folder: String) throws(CheckpointError) {
    let path = folder.appendingPath(Self.name)
    while true {
      let (descriptor, isNew) = try Self.openFile(path, folder: folder)
      guard uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
        let code = errno
        defer { close(descriptor) }
        guard code == EWOULDBLOCK else {
          throw .system(.unwritable, path: path, action: "lock the run folder", code: code)
        }
        throw CheckpointError(
          .locked, path: folder, "another run is writing to this folder (\(LockFile.owner(in: descriptor)))",
          hint: "wait for it to end or choose another folder (--run-dir)")
      }
      // A run that gave up the folder may have removed the file between the two calls.
      if LockFile.isOpen(descriptor, at: path) {
        (self.descriptor, self.isNew) = (descriptor, isNew)
        LockFile.noteOwner(in: descriptor)
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
    return LockFile.isOwner(String(decoding: try file.bytes(0..<file.size), as: UTF8.self))
  }

  deinit { close(descriptor) }
}
