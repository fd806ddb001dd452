import Glibc

/// The few things done with paths and folders.
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

  static func isFolder(_ path: String) -> Bool { mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false }
  static func exists(_ path: String) -> Bool { mode(of: path) != nil }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }

  /// Creates a folder and those above it; one that is there already is fine.
  static func createFolder(_ path: String) throws(CheckpointError) {
    if isFolder(path) { return }
    let parent = folder(of: path)
    if parent != path, !exists(parent) { try createFolder(parent) }
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else {
      throw .system(.unwritable, path: path, action: "create the folder")
    }
  }

  /// The names in a folder, sorted.
  static func names(in folder: String) throws(CheckpointError) -> [String] {
    guard let stream = opendir(folder) else {
      throw .system(errno == ENOENT ? .missing : .unreadable, path: folder, action: "list the folder")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func removeFile(_ path: String) throws(CheckpointError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .system(.unwritable, path: path, action: "remove the file")
    }
  }

  static func rename(_ path: String, to newPath: String) throws(CheckpointError) {
    guard Glibc.rename(path, newPath) == 0 else {
      throw .system(.unwritable, path: path, action: "rename the file to \(name(of: newPath))")
    }
  }
}
