import Glibc

extension AtomicFile {
  /// Removes the temporary files that killed processes left for `path`.
  ///
  /// - Parameter age: Seconds without a write after which a file's writer counts as killed: on a shared disk it may be another
  ///   host's process, so its number says nothing.
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
