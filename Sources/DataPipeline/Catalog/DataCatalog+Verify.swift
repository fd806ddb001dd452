import Files

/// State of a data set on disk.
public struct DataStatus: Sendable {
  public enum FileState: Sendable, Equatable {
    case whole
    case missing
    /// The file is damaged, in this way.
    case damaged(String)
  }

  public struct File: Sendable, Equatable {
    public var path: String
    public var state: FileState
  }

  public var files: [File]
  /// A problem found by reading the files, beyond single files; nil if there is none.
  public var problem: DataError?

  /// Attributes a problem to the file that it names ("PATH, record 7, byte 21511").
  mutating func note(_ problem: DataError) {
    guard let index = files.firstIndex(where: { (problem.location + ",").hasPrefix($0.path + ",") }) else {
      self.problem = self.problem ?? problem
      return
    }
    let location = problem.location.dropFirst(files[index].path.count + 2)
    files[index].state = .damaged(location.isEmpty ? problem.problem : "\(location): \(problem.problem)")
  }

  public var isPresent: Bool { files.contains { $0.state != .missing } }
  public var isWhole: Bool { files.allSatisfy { $0.state == .whole } && problem == nil }
}

extension DataCatalog {
  /// Which files exist, and their sizes. Quick, since no file is read.
  public func status(of entry: Entry) -> DataStatus { status(of: entry, readingContents: false) }

  /// Reads all files. Compares checksums if they are published for the files in this form, and otherwise checks structure and
  /// labels.
  public func verify(_ entry: Entry) -> DataStatus { status(of: entry, readingContents: true) }

  private func status(of entry: Entry, readingContents: Bool) -> DataStatus {
    switch entry.source {
    case .bundled(let files):
      return DataStatus(files: files.map { Self.check($0, readingContents: readingContents) })
    case .download(let dataset): return status(of: dataset, readingContents: readingContents)
    }
  }

  func verify(_ dataset: KnownDataset) -> DataStatus { status(of: dataset, readingContents: true) }

  private func status(of dataset: KnownDataset, readingContents: Bool) -> DataStatus {
    let folder = folder(of: dataset)
    var status = DataStatus(
      files: dataset.files.map { Self.check($0, of: dataset, in: folder, readingContents: readingContents) })
    if readingContents, status.isWhole {
      for problem in problems(in: dataset, folder: folder) { status.note(problem) }
    }
    return status
  }

  /// Folder of the data set, or the one that `fetch` would create.
  func folder(of dataset: KnownDataset) -> String {
    let candidates = dataset.folders.map { directory.appendingPath($0) } + [directory]
    return candidates.first { folder in dataset.files.contains { KnownDataset.exists($0.name, in: folder) } }
      ?? candidates[0]
  }

  private static func check(_ file: BundledData.File, readingContents: Bool) -> DataStatus.File {
    do throws(DataError) {
      let path = try BundledData.locate(file.name)
      let problem = readingContents ? try FileDigest.mismatch(path, sha256: file.sha256) : nil
      return DataStatus.File(path: path, state: problem.map { .damaged($0) } ?? .whole)
    } catch {
      return DataStatus.File(path: file.name, state: .missing)
    }
  }

  private static func check(
    _ file: KnownDataset.LocalFile, of dataset: KnownDataset, in folder: String, readingContents: Bool
  ) -> DataStatus.File {
    let missing = DataStatus.File(path: folder.appendingPath(file.name), state: .missing)
    guard let path = try? IDXDataset.find(file.name, in: folder) else { return missing }
    let size: Int
    do throws(DataError) {
      guard let found = try Paths.size(of: path) else { return missing }
      size = found
    } catch {
      return DataStatus.File(path: path, state: .damaged(error.problem))
    }
    // Somebody may have put the archive's own file there.
    let archive = dataset.remoteFiles.first { path.hasSuffix(".gz") && $0.name == file.name + ".gz" }
    let expected = archive?.size ?? file.size
    guard size == expected else {
      return DataStatus.File(path: path, state: .damaged("has \(size) bytes, expected \(expected)"))
    }
    if readingContents, let sha256 = archive?.sha256 {
      do throws(DataError) {
        if let problem = try FileDigest.mismatch(path, sha256: sha256) {
          return DataStatus.File(path: path, state: .damaged(problem))
        }
      } catch {
        return DataStatus.File(path: path, state: .damaged(error.problem))
      }
    }
    return DataStatus.File(path: path, state: .whole)
  }

  /// Problems that training's readers find in the files, at most one for each part that can be read separately.
  private func problems(in dataset: KnownDataset, folder: String) -> [DataError] {
    let advice = dataset.refetchAdvice(directory)
    return dataset.readers.compactMap { read in
      do throws(DataError) {
        try read(folder, advice)
        return nil
      } catch {
        return error
      }
    }
  }
}
