import Files
import Foundation

/// Why decoded images are not kept on disk.
struct ImageCacheRefusal: Error, Equatable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// The folder of cache files, which its owner alone reads and writes.
enum CacheFolder {
  /// Makes the folder, and those above it, where they are missing.
  static func prepare(_ folder: String) throws(ImageCacheRefusal) {
    var status = stat()
    if stat(folder, &status) != 0 {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw ImageCacheRefusal("the folder \(folder) cannot be made")
      }
      // Another process may have made it.
      guard stat(folder, &status) == 0 else { throw ImageCacheRefusal("the folder \(folder) cannot be made") }
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw ImageCacheRefusal("\(folder) is no folder") }
    guard status.st_uid == geteuid() else { throw ImageCacheRefusal("the folder \(folder) belongs to another user") }
    guard status.st_mode & 0o022 == 0 else { throw ImageCacheRefusal("other users may write to the folder \(folder)") }
  }

  /// Removes the least recently used files until `bytes` more fit the quota and the disk.
  static func makeRoom(
    for bytes: Int, at path: String, in folder: String, suffix: String, quota: Int
  ) throws(ImageCacheRefusal) {
    guard bytes <= quota else {
      throw ImageCacheRefusal("\(bytes.asBytes) of decoded images exceed the quota of \(quota.asBytes)")
    }
    var own = 0
    var others: [(path: String, bytes: Int, used: Int)] = []
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(suffix) {
      let other = folder.appendingPath(name)
      var status = stat()
      guard lstat(other, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      // Sparse files take fewer bytes than their size.
      let taken = Int(status.st_blocks) * 512
      if other == path { own = taken } else { others.append((other, taken, Int(status.st_mtim.tv_sec))) }
    }
    others.sort { ($1.used, $1.path) < ($0.used, $0.path) }
    let removable = others.reduce(0) { $0 + $1.bytes }
    // Other files are not removed in vain.
    guard bytes - own <= freeBytes(folder) + removable else { throw Self.noRoom(for: bytes, in: folder) }
    var total = bytes + removable
    func fits() -> Bool { total <= quota && bytes - own <= freeBytes(folder) }
    while !fits(), let oldest = others.popLast() {
      guard unlink(oldest.path) == 0 else { continue }
      total -= oldest.bytes
    }
    guard fits() else { throw Self.noRoom(for: bytes, in: folder) }
  }

  private static func noRoom(for bytes: Int, in folder: String) -> ImageCacheRefusal {
    ImageCacheRefusal("\(bytes.asBytes) of decoded images do not fit the disk of \(folder)")
  }

  /// Bytes that may be used, a twentieth of the disk left free.
  private static func freeBytes(_ folder: String) -> Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    let (free, all) = (Int(status.f_bavail), Int(status.f_blocks))
    return max(0, free - all / 20) * Int(status.f_frsize)
  }
}

extension Int {
  /// `1.5 GB`, for messages.
  fileprivate var asBytes: String {
    self >= 1 << 30
      ? String(format: "%.1f GB", Double(self) / Double(1 << 30))
      : String(format: "%.0f MB", Double(self) / Double(1 << 20))
  }
}
