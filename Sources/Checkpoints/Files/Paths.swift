import Glibc

/// Operations on paths and folders.
enum Paths {
  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The folder that `path` is in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Kind of file that a path leads to.
  enum Kind { case folder, file, link, other }

  /// Kind of file at `path`; nil if there is none. Throws if the system cannot say.
  static func kind(of path: String, followingLinks: Bool = true) throws(CheckpointError) -> Kind? {
    guard let status = try status(of: path, followingLinks: followingLinks) else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFDIR: .folder
    case S_IFREG: .file
    case S_IFLNK: .link
    default: .other
    }
  }

  /// `stat(2)` or `lstat(2)`; nil if there is nothing.
  static func status(of path: String, followingLinks: Bool = true) throws(CheckpointError) -> stat? {
    var status = stat()
    guard uninterrupted({ followingLinks ? stat(path, &status) : lstat(path, &status) }) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw .system(.unreadable, path: path, action: "access it")
      }
      return nil
    }
    return status
  }

  /// Creates a folder and its parents, unless they exist.
  static func createFolder(_ path: String) throws(CheckpointError) {
    // If this check fails, creating the folder reports the reason.
    if isFolder(path) { return }
    let parent = folder(of: path)
    if parent != path, !isFolder(parent), !isThere(parent) { try createFolder(parent) }
    guard try makeFolder(path) || isFolder(path) else {
      throw .system(.unwritable, path: path, action: "create the folder", code: EEXIST)
    }
  }

  /// Creates one folder.
  ///
  /// - Returns: whether nothing was there before.
  static func makeFolder(_ path: String) throws(CheckpointError) -> Bool {
    if uninterrupted({ mkdir(path, 0o777) }) == 0 { return true }
    guard errno == EEXIST else { throw .system(.unwritable, path: path, action: "create the folder") }
    return false
  }

  private static func isFolder(_ path: String) -> Bool { (try? kind(of: path)) == .folder }

  private static func isThere(_ path: String) -> Bool {
    do { return try kind(of: path) != nil } catch { return true }
  }

  /// The names in a folder, sorted.
  static func names(in folder: String, calls: SystemCalls = SystemCalls()) throws(CheckpointError) -> [String] {
    guard let stream = opendir(folder) else {
      throw .system(errno == ENOENT ? .missing : .unreadable, path: folder, action: "list the folder")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = calls.nextEntry(stream) else {
        if errno == EINTR { continue }
        guard errno == 0 else { throw .system(.unreadable, path: folder, action: "list the folder") }
        return names.sorted()
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  static func removeFile(_ path: String, calls: SystemCalls = SystemCalls()) throws(CheckpointError) {
    guard uninterrupted({ calls.remove(path) }) == 0 || errno == ENOENT else {
      throw .system(.unwritable, path: path, action: "remove the file")
    }
  }

  /// Renames a file to `….superseded` or, if that exists, to `….superseded-2` and so on, so that none is lost.
  ///
  /// Checking before renaming is enough: only the run that has the folder's lock does this.
  ///
  /// - Returns: The new path.
  static func setAside(_ path: String) throws(CheckpointError) -> String {
    var newPath = path + ".superseded"
    var number = 2
    while try status(of: newPath, followingLinks: false) != nil {
      newPath = "\(path).superseded-\(number)"
      number += 1
    }
    guard uninterrupted({ rename(path, newPath) }) == 0 else {
      throw .system(.unwritable, path: path, action: "rename the file to \(name(of: newPath))")
    }
    return newPath
  }
}

extension stat {
  /// Whether both describe the same file, whatever its names.
  func isSameFile(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
