import Foundation

/// Location of the token cache of a text.
enum TokenCacheLocation {
  /// The file that a path resolves to, next to which the cache is stored: the cache of a link is next to its target, so that
  /// all names of a text share it.
  ///
  /// - Returns: Nil if the path is no regular file, such as standard input.
  static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    let file = String(cString: resolved)
    // Memory under /dev/shm holds files like any other folder.
    let isOfTheSystem = file.hasPrefix("/proc/") || file.hasPrefix("/dev/") && !file.hasPrefix("/dev/shm/")
    return isOfTheSystem ? nil : file
  }
}
