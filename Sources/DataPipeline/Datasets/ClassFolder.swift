import Files
import Foundation

/// The folder of one class: its images, and its other contents.
struct ClassFolder {
  /// Name of the class, in Unicode's composed form (NFC): systems differ in how they spell `é`.
  let name: String
  /// Images, in the byte order of their names.
  private(set) var images: [String] = []
  private(set) var report = DataReport()

  private static let suffixes = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
  /// Names of files and folders that file managers and archivers write everywhere.
  private static let ignored = ["thumbs.db", "desktop.ini", "__macosx"]

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
    // Strings are equal whatever their Unicode normal form.
    var spellings: [String: [String]] = [:]
    for name in listing.names {
      if ignored.contains(name.lowercased()) { continue }
      let path = folder.appendingPath(name)
      guard try Paths.kind(of: path) == .folder else {
        report.omissions.append(.init(path, "beside the folders of the classes"))
        continue
      }
      if spellings[name] == nil { names.append(name.precomposedStringWithCanonicalMapping) }
      spellings[name, default: []].append(name)
    }
    try requireDifferentWords(names, in: folder)
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var folders: [ClassFolder] = []
    for name in names { folders.append(try ClassFolder(spellings[name] ?? [name], in: folder)) }
    return folders
  }

  /// Names that differ in case only are one class on some systems and two on others.
  private static func requireDifferentWords(_ names: [String], in folder: String) throws(DataError) {
    var seen: [String: String] = [:]
    for name in names {
      if let other = seen.updateValue(name, forKey: name.lowercased()) {
        let pair = [other, name].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        throw DataError(
          folder, "has the folders '\(pair[0])' and '\(pair[1])', which differ in case only",
          advice: "merge them if they are one class, or rename one", isWrongUse: true)
      }
    }
  }

  static let nameReason = "a name that is not UTF-8: rename it"

  private mutating func read(_ folder: String) throws(DataError) {
    let listing = try FolderListing(of: folder)
    report.omissions += listing.escapedNames.map { DataReport.Omission(folder.appendingPath($0), Self.nameReason) }
    for name in listing.names where !Self.ignored.contains(name.lowercased()) {
      let path = folder.appendingPath(name)
      // If the system cannot say what an image's name leads to, reading it fails later, and --skip-bad-images applies.
      if Self.isNamedAsImage(name), (try? Paths.kind(of: path)) != .folder {
        images.append(path)
        continue
      }
      if try Paths.kind(of: path) == .folder {
        noteInnerFolder(path)
        continue
      }
      if let omission = Self.omission(ofFile: path) {
        report.omissions.append(omission)
      } else {
        images.append(path)
      }
    }
  }

  /// Reason for leaving a file out, by its first bytes; nil for an image that can be read.
  static func omission(ofFile path: String) -> DataReport.Omission? {
    do throws(DataError) {
      let format = try format(of: path)
      if format?.isReadable == true { return nil }
      return .init(
        path,
        format.map { "\($0.rawValue) files, which are not read: convert them to JPEG or PNG" }
          ?? "files that are no images")
    } catch {
      return .init(path, "files that cannot be read", detail: error.problem)
    }
  }

  static func isWrittenByFileManager(_ name: String) -> Bool { ignored.contains(name.lowercased()) }

  private mutating func noteInnerFolder(_ path: String) {
    let detail: String
    do throws(DataError) {
      let count = try Self.fileCount(below: path)
      guard count > 0 else { return }
      detail = count < Self.mostCounted ? "\(count) files" : "\(Self.mostCounted) or more files"
    } catch {
      detail = error.location == path ? error.problem : "\(error.location) \(error.problem)"
    }
    let reason = "in folders within a class's folder, which are not read: move the images into the class's folder"
    report.omissions.append(.init(path, reason, detail: detail))
  }

  static func isNamedAsImage(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return suffixes.contains(name[name.index(after: dot)...].lowercased())
  }

  /// Format that the first bytes of the file show, or else its suffix; nil for other files.
  private static func format(of path: String) throws(DataError) -> ImageFormat? {
    // Without O_NONBLOCK, opening a pipe would block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      // A link that leads nowhere, a socket: no file that could hold an image.
      if [ENOENT, ENXIO].contains(errno) { return nil }
      throw .system(path, "cannot be opened", code: errno)
    }
    defer { close(descriptor) }
    var start = [UInt8](repeating: 0, count: ImageFormat.signatureLength)
    let count = Foundation.read(descriptor, &start, start.count)
    // Nobody has written to a pipe yet.
    guard count >= 0 || errno == EAGAIN else { throw .system(path, "cannot be read", code: errno) }
    return start.prefix(max(0, count)).withUnsafeBytes { ImageFormat(startingWith: $0) }
  }

  /// Counting ends here: to count all files may take hours, and their exact number does not matter.
  private static let mostCounted = 1000

  /// Number of files in a folder and the folders below it, without hidden ones, at most `mostCounted`. Links count as files and
  /// are not followed: they could form a cycle.
  private static func fileCount(below folder: String) throws(DataError) -> Int {
    var count = 0
    var folders = [folder]
    while count < mostCounted, let next = folders.popLast() {
      let listing = try FolderListing(of: next)
      count += listing.escapedNames.count
      for name in listing.names where !ignored.contains(name.lowercased()) {
        if count >= mostCounted { break }
        let path = next.appendingPath(name)
        var status = stat()
        let isFolder = lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        if isFolder { folders.append(path) } else { count += 1 }
      }
    }
    return min(count, mostCounted)
  }
}
