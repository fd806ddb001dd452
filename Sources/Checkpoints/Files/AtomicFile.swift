import Glibc

/// A file that is complete or absent: it is written under a temporary name in the same folder, flushed to the disk, and then
/// renamed. If it is not committed, it is removed. If the process is killed, the next run in the folder removes the temporary
/// file, which `target(of:)` recognises by its name.
///
/// The temporary name cannot be guessed, and is never opened if it exists already. So in a folder that others may write to, no
/// link of theirs leads the contents elsewhere.
final class AtomicFile {
  private static let temporarySuffix = ".partial"

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
    var temporary = Self.temporaryPath(for: path)
    var opened = Self.create(temporary)
    while opened < 0, errno == EEXIST {
      temporary = Self.temporaryPath(for: path)
      opened = Self.create(temporary)
    }
    (temporaryPath, descriptor) = (temporary, opened)
    buffer = .allocate(byteCount: descriptor >= 0 ? Self.bufferSize : 0, alignment: 64)
    guard descriptor >= 0 else { throw .system(.unwritable, path: path, action: "create the file") }
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
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let random = String(repeating: "0", count: 16 - digits.count) + digits
    return Paths.join(Paths.folder(of: path), ".\(Paths.name(of: path)).\(random)\(temporarySuffix)")
  }

  /// The final name for a temporary name; nil for other names.
  static func target(of name: String) -> String? {
    guard name.hasPrefix("."), name.hasSuffix(temporarySuffix) else { return nil }
    let inner = name.dropFirst().dropLast(temporarySuffix.count)
    guard let dot = inner.lastIndex(of: "."), dot > inner.startIndex else { return nil }
    let key = inner[inner.index(after: dot)...]
    // Earlier versions had the process ID there.
    let isRandom = key.utf8.count == 16 && key.utf8.allSatisfy { Self.hexadecimal.contains($0) }
    guard isRandom || (1...10).contains(key.utf8.count) && key.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return String(inner[..<dot])
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  /// Appends `bytes`. Small pieces are buffered, large ones written directly.
  func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    if buffered + bytes.count > buffer.count { try flushBuffer() }
    if bytes.count > buffer.count { return try writeAll(bytes) }
    UnsafeMutableRawBufferPointer(rebasing: buffer[buffered...]).copyMemory(from: bytes)
    buffered += bytes.count
  }

  /// Replaces the first bytes of the file, which must have been appended.
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

  /// Flushes the contents to the disk, renames the file, and flushes its folder.
  func commit() throws(CheckpointError) {
    try flushBuffer()
    guard uninterrupted({ calls.sync(descriptor) }) == 0 else { throw failure("flush the file to the disk") }
    guard uninterrupted({ calls.rename(temporaryPath, path) }) == 0 else {
      throw failure("give the finished file its name")
    }
    isCommitted = true
    let folder = uninterrupted { open(Paths.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard folder >= 0 else { throw failure("open the folder of the file") }
    defer { close(folder) }
    // Some network file systems cannot flush folders and return EINVAL.
    guard uninterrupted({ calls.sync(folder) }) == 0 || errno == EINVAL else {
      throw failure("flush the folder to the disk")
    }
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
    guard calls.writeAll(bytes, to: descriptor) else { throw failure("write the file") }
  }

  private func failure(_ action: String) -> CheckpointError { .system(.unwritable, path: path, action: action) }
}
