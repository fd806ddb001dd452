import Foundation

/// A file that is being written under a temporary name.
final class OutputFile {
  let path: String
  /// Bytes written so far, those that were there included.
  private(set) var count: Int
  private var descriptor: Int32

  /// Whatever has the name already is not written through: a link in a folder that others may write to could lead to any file, and
  /// a named pipe would keep us waiting for a reader.
  ///
  /// - Parameter appending: goes on after what is there; otherwise the file starts empty.
  init(_ path: String, appending: Bool) throws(DataError) {
    self.path = path
    descriptor = appending ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1
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

  /// Writes `target` under a name of its own until it is whole; where that fails, nothing of it is left.
  static func write(_ target: String, _ body: (OutputFile) throws(DataError) -> Void) throws(DataError) {
    let temporary = UnfinishedFile.name(for: target)
    do throws(DataError) {
      let file = try OutputFile(temporary, appending: false)
      try body(file)
      try file.close(renamingTo: target)
    } catch {
      unlink(temporary)
      throw error
    }
  }

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

  /// Writes over bytes that are there: what is known only when the rest has been written.
  func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DataError) {
    precondition(offset >= 0 && offset + bytes.count <= count, "bytes \(offset)... of \(count)")
    var done = 0
    while done < bytes.count {
      let written = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if written < 0 {
        if errno == EINTR { continue }
        throw .system(path, "cannot be written", code: errno)
      }
      done += written
    }
  }

  /// Throws away what was written.
  func startOver() throws(DataError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .system(path, "cannot be emptied", code: errno)
    }
    count = 0
  }

  func close(renamingTo name: String? = nil) throws(DataError) {
    let code = Foundation.close(descriptor)
    descriptor = -1
    // Linux has closed it when a signal interrupts that.
    guard code == 0 || errno == EINTR else { throw .system(path, "cannot be written", code: errno) }
    if let name {
      guard rename(path, name) == 0 else { throw .system(path, "cannot be renamed to \(name)", code: errno) }
    }
  }
}
