import Foundation

/// The file of a download that may be incomplete; a later download appends to it.
final class PartialDownload {
  let path: String
  /// Bytes of the file, including those of earlier downloads.
  private(set) var count: Int
  private var descriptor: Int32

  /// Does not write through an entry that has the name already: in a folder that others may write to, a link could lead to any
  /// file, and a named pipe would block until somebody reads from it.
  init(_ path: String) throws(DataError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    var status = stat()
    if descriptor >= 0,
      fstat(descriptor, &status) != 0 || status.st_nlink > 1 || status.st_mode & S_IFMT == S_IFIFO
    {
      Foundation.close(descriptor)
      descriptor = -1
    }
    // A file of this name was left by a process that ended: its name is a temporary one.
    while descriptor < 0 {
      descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard descriptor < 0, errno != EINTR else { continue }
      guard errno == EEXIST, unlink(path) == 0 || errno == ENOENT else {
        throw .system(path, "cannot be written", code: errno)
      }
    }
    count = Int(lseek(descriptor, 0, SEEK_END))
  }

  deinit { if descriptor >= 0 { Foundation.close(descriptor) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw .system(path, "cannot be written", code: errno)
      }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Discards all bytes.
  func startOver() throws(DataError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .system(path, "cannot be emptied", code: errno)
    }
    count = 0
  }

  func close() throws(DataError) {
    let code = Foundation.close(descriptor)
    descriptor = -1
    // If a signal interrupts `close`, Linux has closed the file nevertheless.
    guard code == 0 || errno == EINTR else { throw .system(path, "cannot be written", code: errno) }
  }
}
