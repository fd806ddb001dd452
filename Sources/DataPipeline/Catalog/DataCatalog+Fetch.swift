import Files
import Foundation

/// Progress of a download.
public struct FetchProgress: Sendable, Equatable {
  public enum Stage: Sendable, Hashable {
    /// Another process, `owner`, downloads the same file.
    case waiting(owner: String)
    case downloading, checking, unpacking
  }

  public var file: String
  public var stage: Stage
  /// Bytes of the file so far, including those of earlier attempts.
  public var bytes: Int
  public var totalBytes: Int
}

extension DataCatalog {
  /// Downloads the missing and the damaged files of a data set, checks them and unpacks them.
  ///
  /// A file is written as `NAME.part`, and renamed when it is complete and its checksum is right. An interrupted download is
  /// continued. If several processes ask for a file, one of them downloads it and the others wait.
  /// - Parameters:
  ///   - entry: The data set.
  ///   - progress: Called from time to time during a download, on another thread.
  public func fetch(
    _ entry: Entry, progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(DataError) {
    switch entry.source {
    case .bundled:
      // Bundled data are not downloaded, and a download could not repair them.
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
    var fetched: [String] = []
    while true {
      // Some damage is found only when no file is missing, so this checks again until all is well.
      let status = verify(dataset)
      let wanted = dataset.remoteFiles.filter { !isThere($0, of: dataset, status) }
      guard let remote = wanted.first(where: { !fetched.contains($0.name) }) else {
        guard wanted.isEmpty, status.problem == nil else { throw Self.stillDamaged(dataset, status) }
        return
      }
      try fetch(remote, of: dataset, progress: progress)
      fetched.append(remote.name)
    }
  }

  private func fetch(
    _ remote: KnownDataset.RemoteFile, of dataset: KnownDataset,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    let folder = remote.unpacking == .tar ? directory : directory.appendingPath(dataset.folders[0])
    try Paths.createFolder(folder)
    let archive = folder.appendingPath(remote.name)
    var owner: String?
    let lock = FileLock.take(archive + ".lock", patience: .zero, limit: Self.longestWait) { name in
      owner = name
      progress(FetchProgress(file: remote.name, stage: .waiting(owner: name), bytes: 0, totalBytes: remote.size))
    }
    defer { lock?.release() }
    if let owner {
      // With neither a lock nor an owner, the file system has no locks. Then the download continues, and the user must not start
      // two at once.
      guard lock != nil else { throw DataError(archive, "is still being fetched by \(owner)") }
      if isThere(remote, of: dataset, verify(dataset)) { return }
    }
    for part in dataset.files(unpackedFrom: remote) {
      AtomicFile<DataError>.removeLeftovers(
        of: self.folder(of: dataset).appendingPath(part.name), untouchedFor: Self.abandoned)
    }
    if Paths.isMissing(archive) {
      try download(remote, to: archive, progress: progress)
    } else {
      try check(remote, archive, progress: progress)
    }
    progress(FetchProgress(file: remote.name, stage: .unpacking, bytes: remote.size, totalBytes: remote.size))
    switch remote.unpacking {
    case .gunzip: try Self.gunzip(archive, size: dataset.size(unpackedFrom: remote))
    case .tar:
      // Besides the files, an archive has names, padding, and a few files that are not used.
      let limit = dataset.size(unpackedFrom: remote) + (16 << 20)
      try TarArchive.extract(archive, into: folder, inflatingAtMost: limit)
    }
    unlink(archive)
  }

  /// Longest wait for another process that downloads the same file.
  private static let longestWait = Duration.seconds(24 * 3600)
  /// Seconds without a write after which an unfinished file counts as a killed process's.
  private static let abandoned = 600.0

  /// Whether the archive's files are unpacked already, and undamaged.
  private func isThere(_ remote: KnownDataset.RemoteFile, of dataset: KnownDataset, _ status: DataStatus) -> Bool {
    let folder = folder(of: dataset)
    return dataset.files(unpackedFrom: remote).allSatisfy { part in
      let path = folder.appendingPath(part.name)
      return (try? Paths.size(of: path)) == part.size
        && status.files.contains { $0.path == path && $0.state == .whole }
    }
  }

  private static func stillDamaged(_ dataset: KnownDataset, _ status: DataStatus) -> DataError {
    var error = status.problem ?? DataError(dataset.name, "is incomplete")
    if let file = status.files.first(where: { $0.state != .whole }) {
      error = DataError(file.path, "is missing")
      if case .damaged(let problem) = file.state { error.problem = problem }
    }
    error.problem += ", though it was fetched just now"
    error.advice = "the source may have changed"
    return error
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

  /// Checks a downloaded file and removes it if it is wrong: continuing the download would not repair it.
  private func check(
    _ remote: KnownDataset.RemoteFile, _ path: String, progress: @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    progress(FetchProgress(file: remote.name, stage: .checking, bytes: remote.size, totalBytes: remote.size))
    guard let sha256 = remote.sha256, let problem = try FileDigest.mismatch(path, sha256: sha256) else { return }
    unlink(path)
    throw DataError(
      path, "\(problem); it came from \(remote.addresses.joined(separator: " or ")) and is removed now",
      advice: "fetch it again; if that ends like this, the source has changed")
  }

  private static func gunzip(_ path: String, size: Int) throws(DataError) {
    let contents = try FileContents.open(path, inflatingAtMost: size)
    let file = try AtomicFile<DataError>(path: String(path.dropLast(3)))
    try contents.withBytes { bytes throws(DataError) in try file.append(bytes) }
    try file.commit(isDurable: false)
  }
}
