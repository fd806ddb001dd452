import Foundation

/// The folder of one class: its images, and what else is in it.
struct ClassFolder {
  /// Name of the class, in Unicode's composed form (NFC): systems differ in how they spell `é`.
  let name: String
  /// Images, by the byte order of their names.
  private(set) var images: [String] = []
  private(set) var report = DataReport()

  private static let suffixes = ["jpg", "jpeg", "png"]
  /// Names of files that file managers write everywhere.
  private static let ignored = ["thumbs.db", "desktop.ini"]

  /// - Parameter spellings: The folders of this class below `parent`.
  init(_ spellings: [String], in parent: String) throws(DataError) {
    name = spellings[0].precomposedStringWithCanonicalMapping
    for spelling in spellings { try read(parent.appendingPath(spelling)) }
    if spellings.count > 1 {
      report.remarks.append(
        "\(parent): \(spellings.count) folders spell '\(name)' with other code points (NFC, NFD); they are one class")
    }
  }

  /// Folders by class, in the byte order of the classes' names.
  static func all(in folder: String, report: inout DataReport) throws(DataError) -> [ClassFolder] {
    let listing = try FolderListing(of: folder)
    report.omissions += listing.escapedNames.map { DataReport.Omission(folder.appendingPath($0), nameReason) }
    var names: [String] = []
    // Strings are equal whichever way they are spelled.
    var spellings: [String: [String]] = [:]
    for name in listing.names {
      let path = folder.appendingPath(name)
      guard PathKind(path) == .folder else {
        if ignored.contains(name.lowercased()) { continue }
        report.omissions.append(.init(path, "beside the folders of the classes"))
        continue
      }
      if spellings[name] == nil { names.append(name.precomposedStringWithCanonicalMapping) }
      spellings[name, default: []].append(name)
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var folders: [ClassFolder] = []
    for name in names { folders.append(try ClassFolder(spellings[name] ?? [name], in: folder)) }
    return folders
  }

  static let nameReason = "a name that is not UTF-8: rename it"

  private mutating func read(_ folder: String) throws(DataError) {
    let listing = try FolderListing(of: folder)
    report.omissions += listing.escapedNames.map { DataReport.Omission(folder.appendingPath($0), Self.nameReason) }
    for name in listing.names where !Self.ignored.contains(name.lowercased()) {
      let path = folder.appendingPath(name)
      if Self.isNamedAsImage(name), PathKind(path) != .folder {
        images.append(path)
        continue
      }
      switch PathKind(path) {
      case .folder:
        let count = Self.fileCount(below: path)
        guard count > 0 else { continue }
        report.omissions.append(
          .init(path, "in folders within a class's folder, which are not read", detail: "\(count) files"))
      case .file, .missing:
        let format = Self.format(of: path)
        if format?.isReadable == true {
          images.append(path)
        } else {
          report.omissions.append(
            .init(
              path,
              format.map { "\($0.rawValue) files, which are not read: convert them to JPEG or PNG" }
                ?? "files that are no images"))
        }
      }
    }
  }

  private static func isNamedAsImage(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return suffixes.contains(name[name.index(after: dot)...].lowercased())
  }

  /// Format that the first bytes of the file show, or else its suffix; nil for other files.
  private static func format(of path: String) -> ImageFormat? {
    // A pipe would keep us waiting.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var start = [UInt8](repeating: 0, count: ImageFormat.signatureLength)
    let count = Foundation.read(descriptor, &start, start.count)
    return start.prefix(max(0, count)).withUnsafeBytes { ImageFormat(startingWith: $0) }
  }

  /// Files in a folder and the folders below it, hidden ones left out.
  private static func fileCount(below folder: String, depth: Int = 0) -> Int {
    guard depth < 16, let listing = try? FolderListing(of: folder) else { return 0 }
    return listing.escapedNames.count
      + listing.names.reduce(0) { count, name in
        let path = folder.appendingPath(name)
        if ignored.contains(name.lowercased()) { return count }
        return count + (PathKind(path) == .folder ? fileCount(below: path, depth: depth + 1) : 1)
      }
  }
}
