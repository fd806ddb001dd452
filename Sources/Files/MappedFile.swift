import CSignals
import Glibc
import PlainText

/// A file's bytes, mapped shared and read-only: all processes of a node read one copy, the page cache's.
///
/// If somebody shortens the file later, the process ends, with a message that names the file.
package final class MappedFile<Failure: FileFailure>: @unchecked Sendable {
  package let path: String
  /// Valid as long as the object.
  package let bytes: UnsafeRawBufferPointer
  /// Number of the mapping for the handler of the signal; -1 for an empty file.
  private let number: Int32

  package init(path: String) throws(Failure) {
    self.path = path
    // Without O_NONBLOCK, opening a named pipe would block until somebody writes to it.
    let descriptor = uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw Failure(.init(.unreadable, path: path, action: "open the file")) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(.init(.unreadable, path: path, action: "access it")) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.init(.unreadable, path: path, "is not a file"))
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      (bytes, number) = (UnsafeRawBufferPointer(start: nil, count: 0), -1)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
      throw Failure(.init(.unreadable, path: path, action: "map the file"))
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    number = csignals_note_mapping(start, count, path.onOneLine)
  }

  deinit {
    guard let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return }
    csignals_forget_mapping(number)
    munmap(start, bytes.count)
  }
}
