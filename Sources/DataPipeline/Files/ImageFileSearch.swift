import Files

/// Image files by name, and those in folders.
public struct ImageFileSearch: Sendable, Equatable {
  /// Paths in the order of the arguments and, within a folder, of their bytes.
  public private(set) var paths: [String] = []
  /// Files in the folders that are left out.
  public private(set) var report = DataReport()

  /// Searches folders with all folders below them, hidden files left out.
  ///
  /// - Parameter arguments: Paths of image files, which are taken whatever they hold, and of folders.
  public init(_ arguments: [String]) throws(DataError) {
    for argument in arguments {
      switch try Paths.kind(of: argument) {
      case nil:
        throw DataError(
          argument, "no such file or folder", advice: "name image files, or folders with image files", isWrongUse: true)
      case .folder:
        let found = try search(argument)
        guard !found.isEmpty else {
          throw DataError(
            argument, "has no image files" + report.appendix, advice: "name image files, or folders with image files",
            isWrongUse: true)
        }
        paths += found
      case .file, .link, .other: paths.append(argument)
      }
    }
  }

  private mutating func search(_ folder: String) throws(DataError) -> [String] {
    var found: [String] = []
    var folders = [folder]
    while let next = folders.popLast() {
      let listing = try FolderListing(of: next)
      report.omissions += listing.escapedNames.map { .init(next.appendingPath($0), ClassFolder.nameReason) }
      for name in listing.names where !ClassFolder.isWrittenByFileManager(name) {
        let path = next.appendingPath(name)
        // If the system cannot say what the name leads to, reading it gives the reason.
        let kind = try? Paths.kind(of: path, followingLinks: false)
        if kind == .folder {
          folders.append(path)
        } else if kind == .link, (try? Paths.kind(of: path)) == .folder {
          // Links could form a cycle.
          report.omissions.append(.init(path, "links to folders, which are not followed"))
        } else if ClassFolder.isNamedAsImage(name) {
          found.append(path)
        } else if let omission = ClassFolder.omission(ofFile: path) {
          report.omissions.append(omission)
        } else {
          found.append(path)
        }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
