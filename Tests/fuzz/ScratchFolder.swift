import Foundation

/// A folder for readers that take paths, below TMPDIR, which `Tests/fuzz/run` places in memory and removes.
struct ScratchFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "fuzz-\(getpid())"
    precondition(mkdir(path, 0o700) == 0, "\(path) cannot be made")
  }

  /// Writes a file and returns its path. Up to `size`, if that is more, it is filled with zeros, which take no memory.
  func write(_ pieces: [UnsafeRawBufferPointer], to name: String, size: Int = 0) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "\(file) cannot be written")
    defer { close(descriptor) }
    var offset = 0
    for piece in pieces where !piece.isEmpty {
      precondition(pwrite(descriptor, piece.baseAddress, piece.count, offset) == piece.count)
      offset += piece.count
    }
    if size > offset { ftruncate(descriptor, size) }
    return file
  }

  func write(_ bytes: UnsafeRawBufferPointer, to name: String) -> String { write([bytes], to: name) }
}
