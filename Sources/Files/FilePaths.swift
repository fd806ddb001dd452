import Glibc

/// Kind of file that a path leads to.
package enum FileKind: Sendable { case folder, file, link, other }

/// Operations on folders and their entries.
package enum FilePaths<Failure: FileFailure> {
  /// Kind of file at `path`; nil if there is none. Throws if the system cannot say.
  package static func kind(of path: String, followingLinks: Bool = true) throws(Failure) -> FileKind? {
    guard let status = try status(of: path, followingLinks: followingLinks) else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFDIR: .folder
    case S_IFREG: .file
    case S_IFLNK: .link
    default: .other
    }
  }

  /// Bytes of the regular file at `path`; nil if there is none.
  package static func size(of path: String) throws(Failure) -> Int? {
    guard let status = try status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Whether there is nothing. If the system cannot say, there may be something: opening it gives the reason.
  package static func isMissing(_ path: String) -> Bool {
    do { return try kind(of: path) == nil } catch { return false }
  }

  /// `stat(2)` or `lstat(2)`; nil if there is nothing.
  package static func status(of path: String, followingLinks: Bool = true) throws(Failure) -> stat? {
    var status = stat()
    guard uninterrupted({ followingLinks ? stat(path, &status) : lstat(path, &status) }) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw Failure(.init(.unreadable, path: path, action: "access it"))
      }
      return nil
    }
    return status
  }

  /// Creates a folder and its parents, unless they exist.
  package static func createFolder(_ path: String) throws(Failure) {
    // If this check fails, creating the folder reports the reason.
    if isFolder(path) { return }
    let parent = path.parentFolder
    if parent != path, !isFolder(parent), isMissing(parent) { try createFolder(parent) }
    guard try makeFolder(path) || isFolder(path) else {
      throw Failure(.init(.unwritable, path: path, action: "create the folder", code: EEXIST))
    }
  }

  /// Creates one folder.
  ///
  /// - Returns: whether nothing was there before.
  package static func makeFolder(_ path: String) throws(Failure) -> Bool {
    if uninterrupted({ mkdir(path, 0o777) }) == 0 { return true }
    guard errno == EEXIST else { throw Failure(.init(.unwritable, path: path, action: "create the folder")) }
    return false
  }

  private static func isFolder(_ path: String) -> Bool { (try? kind(of: path)) == .folder }

  /// The names in a folder, sorted.
  package static func names(in folder: String, calls: SystemCalls = SystemCalls()) throws(Failure) -> [String] {
    try entries(of: folder, calls: calls).map { String(decoding: $0, as: UTF8.self) }.sorted()
  }

  /// The names in a folder as bytes, which need not be UTF-8, in no order.
  package static func entries(of folder: String, calls: SystemCalls = SystemCalls()) throws(Failure) -> [[UInt8]] {
    guard let stream = opendir(folder) else {
      throw Failure(.init(errno == ENOENT ? .missing : .unreadable, path: folder, action: "list the folder"))
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = calls.nextEntry(stream) else {
        if errno == EINTR { continue }
        guard errno == 0 else { throw Failure(.init(.unreadable, path: folder, action: "list the folder")) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
      if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
    }
  }

  package static func removeFile(_ path: String, calls: SystemCalls = SystemCalls()) throws(Failure) {
    guard uninterrupted({ calls.remove(path) }) == 0 || errno == ENOENT else {
      throw Failure(.init(.unwritable, path: path, action: "remove the file"))
    }
  }
}

extension stat {
  /// Whether both describe the same file, whatever its names.
  package func isSameFile(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
