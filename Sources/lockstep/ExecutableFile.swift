import Foundation

/// The executable file of this process.
enum ExecutableFile {
  /// The linker's digest of the build, in hexadecimal: equal for equal builds. Nil if the linker wrote none.
  ///
  /// This is the note of type 3 and owner "GNU" in an ELF file (System V ABI, Note Section; 64 bits, little-endian).
  static var buildIdentifier: String? {
    guard let file = try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe"), options: .alwaysMapped) else {
      return nil
    }
    func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Int? {
      guard offset >= 0, offset + MemoryLayout<Number>.size <= file.count else { return nil }
      return file.withUnsafeBytes { Int(exactly: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }
    guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = number(UInt64.self, at: 32),
      let entrySize = number(UInt16.self, at: 54), let entryCount = number(UInt16.self, at: 56)
    else { return nil }
    for entry in (0..<entryCount).map({ table + $0 * entrySize }) {
      let isNotes = number(UInt32.self, at: entry) == 4
      guard isNotes, var note = number(UInt64.self, at: entry + 8), let length = number(UInt64.self, at: entry + 32)
      else { continue }
      let end = note + length
      while note + 12 <= end, let nameLength = number(UInt32.self, at: note),
        let length = number(UInt32.self, at: note + 4), let type = number(UInt32.self, at: note + 8)
      {
        let content = note + 12 + (nameLength + 3) / 4 * 4
        guard content + length <= min(end, file.count) else { break }
        if type == 3 && nameLength == 4 && number(UInt32.self, at: note + 12) == 0x0055_4E47 {
          return file[content..<(content + length)].map { String(format: "%02x", $0) }.joined()
        }
        note = content + (length + 3) / 4 * 4
      }
    }
    return nil
  }
}
