import Files

/// Names in a folder, sorted by their bytes, hidden ones left out: the order is the same on every machine.
struct FolderListing {
  /// Names that are UTF-8.
  private(set) var names: [String] = []
  /// Names that are not UTF-8, escaped for messages. This program cannot open such files.
  private(set) var escapedNames: [String] = []

  init(of folder: String) throws(DataError) {
    let found = try Paths.entries(of: folder).filter { $0.first != UInt8(ascii: ".") }
    for name in found.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      if let text = String(validating: name, as: UTF8.self) {
        names.append(text)
      } else {
        escapedNames.append(Self.escaped(name))
      }
    }
  }

  /// ASCII as it is, every other byte as `\xE9`.
  private static func escaped(_ name: [UInt8]) -> String {
    name.map { byte in
      (0x20..<0x7F).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
