import CImageFiles
import CSignals
import Foundation
import Tensors

/// The bytes of a file, for reading.
///
/// A plain file is mapped, shared and read-only: all ranks of a node then read one copy, the page cache's.
/// A file that somebody shortens later ends the process, with a message that names it. What is compressed is inflated into memory of our own.
final class FileContents: @unchecked Sendable {
  let path: String
  /// Goes with the object, so nobody outside gets hold of it but for the length of a call.
  private let bytes: UnsafeRawBufferPointer
  private enum Owner { case mapping, heap }
  private let owner: Owner
  /// By which the mapping is known to whoever reports that it can no longer be read.
  private let number: Int32

  private init(path: String, bytes: UnsafeRawBufferPointer, owner: Owner) {
    (self.path, self.bytes, self.owner) = (path, bytes, owner)
    number =
      if case .mapping = owner, let base = bytes.baseAddress {
        csignals_note_mapping(base, bytes.count, path.onOneLine)
      } else {
        -1
      }
  }

  deinit {
    guard let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return }
    switch owner {
    case .mapping:
      csignals_forget_mapping(number)
      munmap(base, bytes.count)
    case .heap: ci_free(base)
    }
  }

  var count: Int { bytes.count }

  subscript(position: Int) -> UInt8 { bytes[position] }

  /// Calls `body` with all bytes, which are there until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Maps a plain file; inflates one that is named `.gz`, to at most `limit` bytes.
  /// - Parameter promised: How many bytes the start of what is inflated says there are; more than one over that is not
  ///   inflated, since nobody would read it.
  static func open(
    _ path: String, inflatingAtMost limit: Int = DatasetSpecification.defaultMaxInflatedBytes,
    promised: ((_ start: [UInt8]) -> Int?)? = nil
  ) throws(DataError) -> FileContents {
    let file = try map(path)
    guard path.hasSuffix(".gz") else { return file }
    guard let promised, let size = promised(file.inflatedStart()), size < limit else {
      return try file.inflated(limit: limit)
    }
    return try file.inflated(limit: size, promised: true)
  }

  private func inflatedStart() -> [UInt8] {
    let source = bytes.bindMemory(to: UInt8.self)
    guard let base = source.baseAddress else { return [] }
    return [UInt8](unsafeUninitializedCapacity: 64) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      initialized = max(0, ci_gunzip_start(base, source.count, target, buffer.count))
    }
  }

  static func map(_ path: String) throws(DataError) -> FileContents {
    // Without O_NONBLOCK a named pipe would keep us here until somebody writes to it; of files nobody waits for either way.
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, "cannot be opened", code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "cannot be examined", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DataError(path, "is not a file") }
    let count = Int(status.st_size)
    guard count > 0 else {
      return FileContents(path: path, bytes: UnsafeRawBufferPointer(start: nil, count: 0), owner: .mapping)
    }
    let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .system(path, "cannot be mapped", code: errno) }
    return FileContents(path: path, bytes: UnsafeRawBufferPointer(start: address, count: count), owner: .mapping)
  }

  private func inflated(limit: Int, promised: Bool = false) throws(DataError) -> FileContents {
    var result = ci_bytes()
    let source = bytes.bindMemory(to: UInt8.self)
    guard let base = source.baseAddress, ci_gunzip(base, source.count, limit, &result) else {
      if result.exceeds_limit, promised {
        throw DataError(
          path, "has more than the \(limit) bytes that its header promises", advice: "fetch the file again")
      }
      if result.exceeds_limit {
        throw DataError(
          path, text(ofMessage: &result.message),
          advice: "unpack it with gunzip and give the plain file, or raise data.max_inflated_bytes")
      }
      if result.lacks_memory { throw .outOfMemory(path, text(ofMessage: &result.message)) }
      let reason = bytes.isEmpty ? "the file is empty" : text(ofMessage: &result.message)
      throw DataError(path, reason, advice: "fetch the file again")
    }
    return FileContents(
      path: path, bytes: UnsafeRawBufferPointer(start: result.data, count: result.count), owner: .heap)
  }
}

/// The message that a C function left in a fixed array, which Swift sees as a tuple.
func text<Tuple>(ofMessage message: inout Tuple) -> String {
  withUnsafeBytes(of: &message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
