import Foundation

/// Where what is made of a text may be kept.
enum TextHome {
  /// The file that a path comes to, for files beside it: a link's are kept where the text itself is, so that all of its names
  /// share them.
  ///
  /// - Returns: nil for what is no file of anybody's, like a text on standard input that comes from nowhere.
  static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    let file = String(cString: resolved)
    // Memory under /dev/shm holds files like any other folder.
    let isOfTheSystem = file.hasPrefix("/proc/") || file.hasPrefix("/dev/") && !file.hasPrefix("/dev/shm/")
    return isOfTheSystem ? nil : file
  }
}
