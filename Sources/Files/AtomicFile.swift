import Glibc
import PlainText

/// A file that is complete or absent: it is written under a temporary name in the same folder, flushed to the disk, and then
/// renamed. If it is not committed, it is removed. If the process is killed, a later one removes the temporary file, which
/// `target(of:)` recognises by its name.
///
/// The temporary name cannot be guessed, and is never opened if it exists already. So in a folder that others may write to, no
/// link of theirs leads the contents elsewhere.
package final class AtomicFile<Failure: FileFailure> {
  package let path: String
  package let temporaryPath: String
  private let calls: SystemCalls
  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var buffered = 0
  private var isCommitted = false

  package init(path: String, calls: SystemCalls = SystemCalls()) throws(Failure) {
    self.path = path
    self.calls = calls
    var temporary = Self.temporaryPath(for: path)
    var opened = Self.create(temporary)
    while opened < 0, errno == EEXIST {
      temporary = Self.temporaryPath(for: path)
      opened = Self.create(temporary)
    }
    (temporaryPath, descriptor) = (temporary, opened)
    buffer = .allocate(byteCount: descriptor >= 0 ? 1 << 20 : 0, alignment: 64)
    guard descriptor >= 0 else { throw failure("create the file") }
  }

  deinit {
    buffer.deallocate()
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }

  private static func create(_ path: String) -> Int32 {
    uninterrupted { open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666) }
  }

  /// A name `.NAME.0123456789abcdef.partial` in the same folder, different at each call.
  private static func temporaryPath(for path: String) -> String {
    let random = UInt64.random(in: 0...UInt64.max).hexadecimal(digits: 16)
    return path.parentFolder.appendingPath(".\(path.lastPathComponent).\(random).partial")
  }

  /// The final name for a temporary name; nil for other names.
  package static func target(of name: String) -> String? {
    let suffix = ".partial"
    guard name.hasPrefix("."), name.hasSuffix(suffix) else { return nil }
    let inner = name.dropFirst().dropLast(suffix.count)
    guard let dot = inner.lastIndex(of: "."), dot > inner.startIndex else { return nil }
    let key = inner[inner.index(after: dot)...]
    // Earlier versions had the process ID there.
    let isRandom = key.utf8.count == 16 && key.allSatisfy { "0123456789abcdef".contains($0) }
    guard isRandom || (1...10).contains(key.utf8.count) && key.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return String(inner[..<dot])
  }

  /// Appends `bytes`. Small pieces are buffered, large ones written directly.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    if buffered + bytes.count > buffer.count { try flushBuffer() }
    if bytes.count > buffer.count { return try writeAll(bytes) }
    UnsafeMutableRawBufferPointer(rebasing: buffer[buffered...]).copyMemory(from: bytes)
    buffered += bytes.count
  }

  /// Replaces the first bytes of the file, which must have been appended.
  package func replaceBeginning(with bytes: [UInt8]) throws(Failure) {
    try flushBuffer()
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("seek in the file") }
    try append(bytes)
    try flushBuffer()
  }

  package func append(_ bytes: [UInt8]) throws(Failure) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    try append(UnsafeRawBufferPointer(copy))
  }

  /// Flushes the contents to the disk, renames the file, and flushes its folder.
  ///
  /// - Parameter isDurable: Whether the file must survive a crash of the system; otherwise nothing is flushed to the disk.
  package func commit(isDurable: Bool = true) throws(Failure) {
    try flushBuffer()
    if isDurable, uninterrupted({ calls.sync(descriptor) }) != 0 { throw failure("flush the file to the disk") }
    guard uninterrupted({ calls.rename(temporaryPath, path) }) == 0 else {
      throw failure("give the finished file its name")
    }
    isCommitted = true
    guard isDurable else { return }
    let folder = uninterrupted { open(path.parentFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard folder >= 0 else { throw failure("open the folder of the file") }
    defer { close(folder) }
    // Some network file systems cannot flush folders and return EINVAL.
    guard uninterrupted({ calls.sync(folder) }) == 0 || errno == EINVAL else {
      throw failure("flush the folder to the disk")
    }
  }

  /// Writes a whole small file.
  package static func write(
    _ text: String, to path: String, isDurable: Bool = true, calls: SystemCalls = SystemCalls()
  ) throws(Failure) {
    let file = try AtomicFile(path: path, calls: calls)
    try file.append(Array(text.utf8))
    try file.commit(isDurable: isDurable)
  }

  /// Passes buffered bytes to the system, so that the file at `temporaryPath` has all bytes that were appended.
  package func flushBuffer() throws(Failure) {
    let pending = UnsafeRawBufferPointer(rebasing: buffer[..<buffered])
    buffered = 0
    try writeAll(pending)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    guard calls.writeAll(bytes, to: descriptor) else { throw failure("write the file") }
  }

  private func failure(_ action: String) -> Failure { Failure(.init(.unwritable, path: path, action: action)) }
}
