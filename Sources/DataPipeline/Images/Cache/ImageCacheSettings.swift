import Files
import Foundation

/// Where decoded images are kept, so that an epoch does not decode what an earlier one did.
public struct ImageCacheSettings: Sendable, Equatable {
  /// Bytes of decoded images that a process keeps in memory.
  public var memoryBudget: Int
  /// Folder of the files that hold all decoded images; nil keeps none on disk.
  public var folder: String?
  /// Bytes that the folder's files may take together.
  public var quota: Int

  public static let defaultMemoryBudget = 512 << 20
  public static let defaultQuota = 20 << 30

  public init(
    memoryBudget: Int = Self.defaultMemoryBudget, folder: String? = nil, quota: Int = Self.defaultQuota
  ) {
    (self.memoryBudget, self.folder, self.quota) = (memoryBudget, folder, quota)
  }

  /// In memory, and in the user's cache folder: `$XDG_CACHE_HOME/lockstep`, or `~/.cache/lockstep`.
  public static func ofUser(environment: [String: String] = ProcessInfo.processInfo.environment) -> ImageCacheSettings {
    // The XDG specification has relative paths ignored.
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
      return ImageCacheSettings(folder: base.appendingPath("lockstep"))
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return ImageCacheSettings() }
    return ImageCacheSettings(folder: home.appendingPath(".cache/lockstep"))
  }
}
