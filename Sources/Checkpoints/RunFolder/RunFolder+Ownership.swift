import Files
import Glibc

/// Ownership of a folder: a run writes only where it cannot overwrite files of others.
extension RunFolder {
  /// Whether a run has marked the folder as its own.
  ///
  /// - Throws: If it is not a run's, but has files with names that a run uses and would overwrite.
  static func isRunFolder(_ folder: String, calls: SystemCalls) throws(CheckpointError) -> Bool {
    let mark = RunLayout.mark(in: folder)
    switch try Paths.kind(of: mark, followingLinks: false) {
    case .file: return true
    case .link: throw .isLink(mark)
    case .folder, .other, nil: break
    }
    // Earlier versions set no mark; their checkpoints serve as one.
    if try holdsCheckpoint(folder, calls: calls) { return true }
    var foreign: [String] = []
    for name in try Paths.names(in: folder, calls: calls) {
      if try isForeign(name, in: folder, calls: calls) { foreign.append(name) }
    }
    guard foreign.isEmpty else {
      throw CheckpointError(
        .incompatible, path: folder,
        "no run folder, but it holds \(foreign.joined(separator: ", ")), which a run would write over",
        hint: "choose another folder (--run-dir)")
    }
    return false
  }

  private static func holdsCheckpoint(_ folder: String, calls: SystemCalls) throws(CheckpointError) -> Bool {
    for file in try checkpoints(in: folder, calls: calls).reversed() {
      do throws(CheckpointError) {
        _ = try Checkpoint(path: file.path)
        return true
      } catch {
        guard error.kind != .unreadable else { throw error }
        // Not ours, or damaged; another may be ours.
      }
    }
    return false
  }

  /// Whether an entry of a folder without a mark has a name that a run uses.
  private static func isForeign(_ name: String, in folder: String, calls: SystemCalls) throws(CheckpointError) -> Bool {
    let path = folder.appendingPath(name)
    switch name {
    case RunLayout.markName: return true
    // Left by an earlier version that refused to start.
    case FolderLock.name: return try !FolderLock.isOurs(path)
    case RunLayout.checkpointsFolder(in: folder).lastPathComponent:
      guard try Paths.kind(of: path) == .folder else { return true }
      return try !Paths.names(in: path, calls: calls).isEmpty
    default: return RunLayout.fileNames.contains(name)
    }
  }

  /// Sets the mark.
  ///
  /// - Returns: Whether the mark is new.
  static func setMark(in folder: String) throws(CheckpointError) -> Bool {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = uninterrupted { open(RunLayout.mark(in: folder), flags, 0o666) }
    guard descriptor >= 0 else {
      guard errno == EEXIST else { throw .system(.unwritable, path: folder, action: "write to the run folder") }
      return false
    }
    defer { close(descriptor) }
    // Only its name counts, so an incomplete text does no harm.
    var text = "This folder belongs to a run of Lockstep, which writes and removes files in it.\n"
    text.withUTF8 { _ = SystemCalls().writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
    return true
  }

  /// Refuses a folder in which the run would overwrite the file of its own configuration.
  ///
  /// Allowed is the effective configuration of an earlier part of the run, which is written anew.
  static func refuse(configuration file: String, in folder: String) throws(CheckpointError) {
    guard let given = try Paths.status(of: file) else { return }
    for name in RunLayout.fileNames {
      let path = folder.appendingPath(name)
      guard let found = try Paths.status(of: path), found.isSameFile(as: given) else { continue }
      let isEarlierPart = path == RunLayout.configuration(in: folder) ? try isMarked(configuration: path) : false
      guard !isEarlierPart else { continue }
      throw CheckpointError(
        .incompatible, path: path,
        "this is the configuration that was given, and a run in this folder would write over it",
        hint: "choose another folder (--run-dir)")
    }
  }

  /// Whether a `config.yaml` was written by a run.
  static func isMarked(configuration path: String) throws(CheckpointError) -> Bool {
    guard try Paths.kind(of: path, followingLinks: false) == .file else { return false }
    let file = try ReadableFile(path: path)
    let mark = Array(RunLayout.configurationMark.utf8)
    return file.size >= mark.count ? try file.bytes(0..<mark.count) == mark : false
  }

  /// Refuses a link to the checkpoints unless this user made it, to keep them on another disk for example.
  static func requireOwnCheckpoints(in folder: String) throws(CheckpointError) {
    let path = RunLayout.checkpointsFolder(in: folder)
    guard let status = try Paths.status(of: path, followingLinks: false), status.st_mode & S_IFMT == S_IFLNK,
      status.st_uid != geteuid()
    else { return }
    throw .isLink(path)
  }
}
