import Files

/// A safetensors file open for reading. Opening it checks the whole header: an untrusted file gives an error or correct
/// offsets, never a trap.
public final class SafetensorsFile: Sendable {
  public var path: String { file.path }
  /// Entries in the order of their data.
  public var entries: [SafetensorsEntry] { header.entries }

  let header: SafetensorsHeader
  /// The header as in the file: length, text, padding.
  let headerBytes: [UInt8]
  private let file: ReadableFile
  private let indices: [String: Int]

  /// Bytes passed on at a time: a multiple of every element's size, and small compared with a model.
  private static let chunkSize = 1 << 20

  public init(path: String) throws(CheckpointError) {
    let file = try ReadableFile(path: path)
    let prefix = SafetensorsHeader.lengthBytes
    guard file.size >= prefix else {
      throw .damaged(path, "\(file.size) bytes are too few for a safetensors file")
    }
    let lengthBytes = try file.bytes(0..<prefix)
    let length = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.maximumLength else {
      throw .damaged(path, "not a safetensors file, or its first bytes are damaged: a header of \(length) bytes")
    }
    let dataStart = prefix + Int(length)
    guard dataStart <= file.size else {
      throw .damaged(path, "the file is cut short: its header of \(length) bytes ends after \(file.size) bytes")
    }
    let text = try file.bytes(prefix..<dataStart)
    let header = try SafetensorsHeader(text: text, dataLength: file.size - dataStart, path: path)
    (self.file, self.header) = (file, header)
    headerBytes = lengthBytes + text
    // The parser refuses repeated names.
    indices = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// A tensor by its name, nil if there is none.
  public subscript(name: String) -> SafetensorsEntry? { indices[name].map { header.entries[$0] } }

  /// A text of the metadata, nil if there is none.
  public func metadata(_ name: String) -> String? { header.metadata.first { $0.name == name }?.text }

  /// Passes on the bytes of a tensor in pieces of whole elements.
  public func forEachChunk(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(entry.bytes.count, Self.chunkSize), alignment: 64)
    defer { buffer.deallocate() }
    var position = 0
    while position < entry.bytes.count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(entry.bytes.count - position))
      try file.read(into: piece, at: headerBytes.count + entry.bytes.lowerBound + position)
      try body(UnsafeRawBufferPointer(piece))
      position += piece.count
    }
  }

  /// All elements of a tensor in the file's order, converted to float32.
  public func floats(of entry: SafetensorsEntry) throws(CheckpointError) -> [Float] {
    try floats(of: entry) { _ in }
  }

  /// The same; `observe` receives the bytes on the way, for checksums.
  func floats(
    of entry: SafetensorsEntry, observe: (UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(entry.count)
    try forEachChunk(of: entry) { bytes throws(CheckpointError) in
      observe(bytes)
      for offset in stride(from: 0, to: bytes.count, by: entry.type.size) {
        values.append(entry.type.float(in: bytes, at: offset))
      }
    }
    return values
  }
}
