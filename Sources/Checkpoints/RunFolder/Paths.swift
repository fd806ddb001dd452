import Files
import Glibc

typealias Paths = FilePaths<CheckpointError>
typealias AtomicFile = Files.AtomicFile<CheckpointError>
typealias ReadableFile = Files.ReadableFile<CheckpointError>

extension FilePaths<CheckpointError> {
  /// Renames a file to `….superseded` or, if that exists, to `….superseded-2` and so on, so that none is lost.
  ///
  /// Checking before renaming is enough: only the run that has the folder's lock does this.
  ///
  /// - Returns: The new path.
  static func setAside(_ path: String) throws(Failure) -> String {
    var newPath = path + ".superseded"
    var number = 2
    while try status(of: newPath, followingLinks: false) != nil {
      newPath = "\(path).superseded-\(number)"
      number += 1
    }
    guard uninterrupted({ rename(path, newPath) }) == 0 else {
      throw Failure(.init(.unwritable, path: path, action: "rename the file to \(newPath.lastPathComponent)"))
    }
    return newPath
  }
}
