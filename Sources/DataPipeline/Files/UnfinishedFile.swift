import Foundation

/// Names for files that are written in full before they are renamed, so that nobody reads half of one; several
/// processes may write the same file at once.
enum UnfinishedFile {
  /// `PATH.PROCESS-XXXXXXXX`, another at each call.
  static func name(for path: String) -> String {
    "\(path).\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))"
  }

  /// Removes what killed processes were writing for `path`.
  ///
  /// - Parameter age: Seconds since the last write to a file that count as killed: on a shared disk the process may be
  ///   another host's, so its number says nothing.
  static func removeLeftovers(of path: String, untouchedFor age: Double) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let prefix = path.lastPathComponent + "."
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, Int32(parts[0]) != nil, parts[1].count == 8 else { continue }
      let file = folder.appendingPath(name)
      var status = stat()
      guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        difftime(time(nil), status.st_mtim.tv_sec) >= age
      else { continue }
      unlink(file)
    }
  }
}
