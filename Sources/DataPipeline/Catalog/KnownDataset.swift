import Files

/// A public data set that Lockstep knows: where its files come from and what they are called.
public struct KnownDataset: Sendable {
  /// A file to download.
  public struct RemoteFile: Sendable, Equatable {
    /// The same file at several locations; they are tried in order.
    public var addresses: [String]
    public var name: String
    /// Bytes.
    public var size: Int
    /// In hexadecimal; nil if no reliable checksum is published.
    public var sha256: String?
    public var unpacking: Unpacking

    public init(addresses: [String], name: String, size: Int, sha256: String?, unpacking: Unpacking) {
      (self.addresses, self.name, self.size) = (addresses, name, size)
      (self.sha256, self.unpacking) = (sha256, unpacking)
    }
  }

  public enum Unpacking: Sendable, Equatable {
    /// A single gzipped file, kept under its name without `.gz`: only plain files can be shared by the ranks of a node.
    case gunzip
    /// An archive with a folder in it.
    case tar
  }

  /// A file that training requires.
  public struct LocalFile: Sendable, Equatable {
    public var name: String
    /// Bytes of the original.
    public var size: Int

    public init(_ name: String, size: Int) { (self.name, self.size) = (name, size) }
  }

  /// Reads a part of the files as training does, and throws if it is damaged.
  typealias Reader = @Sendable (_ folder: String, _ advice: String) throws(DataError) -> Void

  /// Name in configurations.
  public var name: String
  public var summary: String
  /// Terms of use, as the source states them.
  public var terms: String
  /// Folders below the data directory: the one that `fetch` creates, then other usual ones.
  public var folders: [String]
  public var files: [LocalFile]
  public var remoteFiles: [RemoteFile]
  /// Names of the classes; nil if the data set's own files have them.
  public var classNames: [String]?
  /// One for each part that can be read separately.
  var readers: [Reader]

  /// The files that an archive holds.
  func files(unpackedFrom remote: RemoteFile) -> [LocalFile] {
    remote.unpacking == .tar ? files : files.filter { $0.name + ".gz" == remote.name }
  }

  /// Their bytes.
  func size(unpackedFrom remote: RemoteFile) -> Int { files(unpackedFrom: remote).reduce(0) { $0 + $1.size } }

  /// The folder that has the files: `path` itself or one of the usual locations below it.
  func locate(in path: String?) throws(DataError) -> String {
    let root = path ?? DataCatalog.defaultDirectory
    let candidates = folders.map { root.appendingPath($0) } + [root]
    for folder in candidates where files.contains(where: { Self.exists($0.name, in: folder) }) {
      let missing = files.filter { !Self.exists($0.name, in: folder) }
      guard missing.isEmpty else {
        throw DataError(
          folder, "\(missing.map(\.name).joined(separator: ", ")) missing", advice: fetchAdvice(root), isWrongUse: true)
      }
      return folder
    }
    let names = files.map(\.name).joined(separator: ", ")
    throw DataError(
      root,
      "\(Paths.isMissing(root) ? "no such folder" : "no \(name) here"); expected \(names) in it or in "
        + "\(root.appendingPath(folders[0]))", advice: fetchAdvice(root), isWrongUse: true)
  }

  private func fetchAdvice(_ root: String) -> String {
    "get the files by: lockstep data fetch \(name) --data \(root)"
  }

  /// Advice about a damaged file of data in `root`.
  func refetchAdvice(_ root: String?) -> String {
    "fetch it again: lockstep data fetch \(name) --data \(root ?? DataCatalog.defaultDirectory)"
  }

  static func exists(_ name: String, in folder: String) -> Bool {
    IDXDataset.alternatives(name).contains { !Paths.isMissing(folder.appendingPath($0)) }
  }
}
