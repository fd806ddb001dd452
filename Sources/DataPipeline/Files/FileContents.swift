import CImageFiles
import Files

/// The bytes of a file, for reading: a plain file is mapped, a compressed one is inflated into memory.
final class FileContents: @unchecked Sendable {
  let path: String
  /// Valid as long as the object; callers get it only for the length of a call.
  private let bytes: UnsafeRawBufferPointer
  /// Nil if the bytes are in memory of our own.
  private let mapping: MappedFile<DataError>?

  private init(_ mapping: MappedFile<DataError>) {
    (path, bytes, self.mapping) = (mapping.path, mapping.bytes, mapping)
  }

  private init(path: String, inflated: UnsafeRawBufferPointer) {
    (self.path, bytes, mapping) = (path, inflated, nil)
  }

  deinit {
    if mapping == nil { ci_free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
  }

  var count: Int { bytes.count }

  subscript(position: Int) -> UInt8 { bytes[position] }

  /// Calls `body` with all bytes, which are valid until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Maps a plain file; inflates one that is named `.gz`, to at most `limit` bytes.
  /// - Parameter promised: The size that the first inflated bytes declare. Inflating ends one byte beyond it.
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

  static func map(_ path: String) throws(DataError) -> FileContents { FileContents(try MappedFile(path: path)) }

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
    return FileContents(path: path, inflated: UnsafeRawBufferPointer(start: result.data, count: result.count))
  }
}

/// The message that a C function left in a fixed array, which Swift sees as a tuple.
func text<Tuple>(ofMessage message: inout Tuple) -> String {
  withUnsafeBytes(of: &message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
