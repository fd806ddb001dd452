import Foundation

/// A file that is being written under a temporary name.
final class OutputFile {
  let path: String
  /// Bytes written so far, those that were there included.
  private(set) var count: Int
  private var descriptor: Int32

  /// - Parameter appending: goes on after what is there; otherwise the file starts empty.
  init(_ path: String, appending: Bool) throws(DataError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? 0 : O_TRUNC), 0o644)
    guard descriptor >= 0 else { throw .system(path, "cannot be written", code: errno) }
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

  /// Writes over bytes that are there: what is known only when the rest has been written.
  func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DataError) {
    precondition(offset >= 0 && offset + bytes.count <= count, "bytes \(offset)... of \(count)")
    guard pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset)) == bytes.count else {
      throw .system(path, "cannot be written", code: errno)
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
    guard code == 0 else { throw .system(path, "cannot be written", code: errno) }
    if let name {
      guard rename(path, name) == 0 else { throw .system(path, "cannot be renamed to \(name)", code: errno) }
    }
  }
}
