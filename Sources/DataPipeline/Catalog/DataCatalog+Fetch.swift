import Foundation

/// How far a download is.
public struct FetchProgress: Sendable, Equatable {
  public enum Stage: Sendable, Equatable { case downloading, checking, unpacking }

  public var file: String
  public var stage: Stage
  /// Bytes that are there, those of an earlier attempt included.
  public var bytes: Int
  public var totalBytes: Int
}

extension DataCatalog {
  /// Downloads what is missing of a data set, checks and unpacks it.
  ///
  /// A file comes as `NAME.part` and gets its name when it is whole and its checksum is right. What an interrupted
  /// download left is gone on with.
  /// - Parameter progress: called now and then, while bytes come on another thread.
  public func fetch(
    _ entry: Entry, progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(DataError) {
    switch entry.source {
    case .bundled:
      // Comes with the program: nothing to do, or nothing that a download could repair.
      let status = verify(entry)
      guard status.isWhole else {
        let file = status.files.first { $0.state != .whole }
        throw DataError(
          file?.path ?? entry.name, "is missing or damaged", advice: "it comes with the program; install that again")
      }
    case .download(let dataset):
      try fetch(dataset, progress: progress)
    }
  }

  func fetch(_ dataset: KnownDataset, progress: @escaping @Sendable (FetchProgress) -> Void) throws(DataError) {
    let home = directory.appendingPath(dataset.folders[0])
    for remote in dataset.remoteFiles where !isThere(remote, of: dataset) {
      let folder = remote.unpacking == .tar ? directory : home
      try Self.makeFolder(folder)
      let archive = folder.appendingPath(remote.name)
      if PathKind(archive) == .missing {
        try download(remote, to: archive, progress: progress)
      } else {
        try check(remote, archive, progress: progress)
      }
      progress(FetchProgress(file: remote.name, stage: .unpacking, bytes: remote.size, totalBytes: remote.size))
      switch remote.unpacking {
      case .gunzip: try Self.gunzip(archive)
      case .tar: try TarArchive.extract(archive, into: folder)
      }
      unlink(archive)
    }
  }

  /// Whether what the archive holds is unpacked already.
  private func isThere(_ remote: KnownDataset.RemoteFile, of dataset: KnownDataset) -> Bool {
    let folder = folder(of: dataset)
    let parts = remote.unpacking == .tar ? dataset.files : dataset.files.filter { $0.name + ".gz" == remote.name }
    return parts.allSatisfy { PathKind(folder.appendingPath($0.name)) == .file(size: $0.size) }
  }

  private func download(
    _ remote: KnownDataset.RemoteFile, to path: String, progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    let part = path + ".part"
    try downloader.download(remote.addresses, to: part, size: remote.size) { bytes in
      progress(FetchProgress(file: remote.name, stage: .downloading, bytes: bytes, totalBytes: remote.size))
    }
    try check(remote, part, progress: progress)
    guard rename(part, path) == 0 else { throw .system(part, "cannot be renamed", code: errno) }
  }

  /// A file that is not what it should be is removed: going on with it would not repair it.
  private func check(
    _ remote: KnownDataset.RemoteFile, _ path: String, progress: @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    progress(FetchProgress(file: remote.name, stage: .checking, bytes: remote.size, totalBytes: remote.size))
    guard let sha256 = remote.sha256, let problem = try Checksum.mismatch(path, sha256: sha256) else { return }
    unlink(path)
    throw DataError(
      path, "\(problem); it came from \(remote.addresses.joined(separator: " or ")) and is removed now",
      advice: "fetch it again; if that ends like this, the source has changed")
  }

  private static func makeFolder(_ folder: String) throws(DataError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError(folder, "cannot be made: \(error.localizedDescription)")
    }
  }

  private static func gunzip(_ path: String) throws(DataError) {
    let contents = try FileContents.open(path)
    let target = String(path.dropLast(3))
    let output = try OutputFile(target + ".part", appending: false)
    try contents.withBytes { bytes throws(DataError) in try output.write(bytes) }
    try output.close(renamingTo: target)
  }
}
