import Glibc

/// A file read by position. It is read, not mapped, so that a file that shrinks meanwhile gives an error, not a signal.
package final class ReadableFile<Failure: FileFailure>: Sendable {
  package let path: String
  package let size: Int
  private let descriptor: Int32

  package init(path: String) throws(Failure) {
    self.path = path
    // Without O_NONBLOCK, opening a named pipe would block until somebody writes to it.
    descriptor = uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else {
      size = 0
      // A network file system returns ESTALE for a file that another host removed.
      let isGone = errno == ENOENT || errno == ESTALE
      throw Failure(.init(isGone ? .missing : .unreadable, path: path, action: "open the file"))
    }
    var status = stat()
    let isStat = fstat(descriptor, &status) == 0
    size = Int(status.st_size)
    guard isStat, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.init(.unreadable, path: path, "is not a file"))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Fills `bytes` from byte `offset` of the file on.
  package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(Failure) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = uninterrupted { pread(descriptor, start + done, bytes.count - done, offset + done) }
      guard count >= 0 else {
        throw Failure(.init(errno == ESTALE ? .missing : .unreadable, path: path, action: "read the file"))
      }
      guard count > 0 else {
        throw Failure(.init(.damaged, path: path, "the file ends at byte \(offset + done), more was expected"))
      }
      done += count
    }
  }

  package func bytes(_ range: Range<Int>) throws(Failure) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
    defer { buffer.deallocate() }
    try read(into: buffer, at: range.lowerBound)
    return Array(buffer)
  }

  package static func contents(of path: String) throws(Failure) -> [UInt8] {
    let file = try ReadableFile(path: path)
    return try file.bytes(0..<file.size)
  }
}
