import DataPipeline
import Files

/// A file of results, complete or absent.
typealias OutputFile = AtomicFile<DataError>

extension OutputFile {
  /// Begins a file that the user names.
  ///
  /// - Parameter path: A file there is replaced.
  static func forUser(_ path: String) throws(DataError) -> OutputFile {
    // The finished file takes the name, whatever had it before.
    switch try FilePaths<DataError>.kind(of: path, followingLinks: false) {
    case nil, .file: break
    case .folder: throw DataError(path, "is a folder", advice: "give the name of a file", isWrongUse: true)
    case .link, .other:
      throw DataError(path, "is a link, a pipe or a device", advice: "give a file of its own", isWrongUse: true)
    }
    removeLeftovers(of: path, untouchedFor: 86_400)
    do throws(DataError) {
      return try OutputFile(path: path)
    } catch {
      throw DataError(
        path, error.problem, advice: "choose a folder that exists and may be written to", isWrongUse: true)
    }
  }
}
