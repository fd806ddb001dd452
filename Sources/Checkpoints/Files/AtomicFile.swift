import Glibc

/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to the disk,
/// then renamed. One that is not committed is removed again; what a killed process leaves behind ends in
/// `temporarySuffix` and is removed by whoever opens the folder next.
final class AtomicFile {
  static let temporarySuffix = ".partial"

  let path: String
  private let temporaryPath: String
  private let calls: SystemCalls
  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var buffered = 0
  private var isCommitted = false

  private static let bufferSize = 1 << 20

  init(path: String, calls: SystemCalls = SystemCalls()) throws(CheckpointError) {
    self.path = path
    self.calls = calls
    temporaryPath = Paths.join(Paths.folder(of: path), ".\(Paths.name(of: path)).\(getpid())\(Self.temporarySuffix)")
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    buffer = .allocate(byteCount: descriptor >= 0 ? Self.bufferSize : 0, alignment: 64)
    guard descriptor >= 0 else { throw .system(.unwritable, path: path, action: "create the file") }
  }

  deinit {
    buffer.deallocate()
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }

  /// Appends `bytes`. Small pieces are gathered, large ones go to the system as they are.
  func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    if buffered + bytes.count > buffer.count { try flushBuffer() }
    if bytes.count > buffer.count { return try writeAll(bytes) }
    UnsafeMutableRawBufferPointer(rebasing: buffer[buffered...]).copyMemory(from: bytes)
    buffered += bytes.count
  }

  /// Replaces the first bytes of the file, which have been appended before.
  func replaceBeginning(with bytes: [UInt8]) throws(CheckpointError) {
    try flushBuffer()
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("seek in the file") }
    try append(bytes)
    try flushBuffer()
  }

  func append(_ bytes: [UInt8]) throws(CheckpointError) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    try append(UnsafeRawBufferPointer(copy))
  }

  /// Flushes the contents to the disk, gives the file its name, and makes the name last.
  func commit() throws(CheckpointError) {
    try flushBuffer()
    guard calls.sync(descriptor) == 0 else { throw failure("flush the file to the disk") }
    guard calls.rename(temporaryPath, path) == 0 else { throw failure("give the finished file its name") }
    isCommitted = true
    let folder = open(Paths.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("open the folder of the file") }
    defer { close(folder) }
    // Some network file systems cannot flush folders and say EINVAL.
    guard calls.sync(folder) == 0 || errno == EINVAL else { throw failure("flush the folder to the disk") }
  }

  /// Writes a whole small file.
  static func write(
    _ text: String, to path: String, calls: SystemCalls = SystemCalls()
  ) throws(CheckpointError) {
    let file = try AtomicFile(path: path, calls: calls)
    try file.append(Array(text.utf8))
    try file.commit()
  }

  private func flushBuffer() throws(CheckpointError) {
    let pending = UnsafeRawBufferPointer(rebasing: buffer[..<buffered])
    buffered = 0
    try writeAll(pending)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let written = calls.write(descriptor, start + done, bytes.count - done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure("write the file")
      }
      done += written
    }
  }

  private func failure(_ action: String) -> CheckpointError { .system(.unwritable, path: path, action: action) }
}
