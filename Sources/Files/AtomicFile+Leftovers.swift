import Glibc

extension AtomicFile {
  /// Removes what killed processes were writing for `path`.
  ///
  /// - Parameter age: Seconds since the last write to a file that count as killed: on a shared disk, the process may be
  ///   another host's, so its number says nothing.
  package static func removeLeftovers(of path: String, untouchedFor age: Double) {
    let folder = path.parentFolder
    let name = path.lastPathComponent
    for entry in (try? FilePaths<FileProblem>.names(in: folder)) ?? [] where target(of: entry) == name {
      let file = folder.appendingPath(entry)
      var status = stat()
      guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        difftime(time(nil), status.st_mtim.tv_sec) >= age
      else { continue }
      unlink(file)
    }
  }
}
