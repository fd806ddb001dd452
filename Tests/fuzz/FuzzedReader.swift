/// A reader of bytes that may be anybody's.
struct FuzzedReader {
  /// Its seeds are in `seeds/NAME`.
  let name: String
  /// Gets ready, and returns a function that reads an input, and traps where a law of the reader does not hold.
  let start: () -> (UnsafeRawBufferPointer) -> Void

  init(name: String, start: @escaping () -> (UnsafeRawBufferPointer) -> Void) {
    (self.name, self.start) = (name, start)
  }

  init(name: String, read: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.init(name: name, start: { read })
  }

  /// Of a reader that takes paths.
  init(name: String, read: @escaping (UnsafeRawBufferPointer, ScratchFolder) -> Void) {
    self.init(name: name) {
      let folder = ScratchFolder()
      return { read($0, folder) }
    }
  }

  /// A new reader gets a line here, and at least one seed.
  static var all: [FuzzedReader] {
    checkpointReaders + configurationReaders + imageReaders + archiveReaders + textReaders + tokenReaders + watchReaders
  }
}

/// Takes an input apart.
struct InputBytes {
  private(set) var rest: UnsafeRawBufferPointer
  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  /// 0 after the end.
  mutating func byte() -> UInt8 { bytes(1).first ?? 0 }

  /// At most so many.
  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    return taken
  }

  /// Little-endian; what the input lacks is 0.
  mutating func word() -> UInt64 { bytes(8).reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}
