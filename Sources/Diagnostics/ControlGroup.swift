import Foundation

/// Limits of a container or a scheduler on this process (Linux control groups, versions 1 and 2).
struct ControlGroup: Equatable {
  /// Limit of processor time, in cores; nil if there is none.
  var coreQuota: Double?
  /// Limit of memory in bytes; nil if there is none.
  var memoryLimit: Int?
  /// Bytes of the limit that are free.
  var memoryLeft: Int?

  static func ofThisProcess() -> ControlGroup {
    ControlGroup(membership: SystemFile.lines("/proc/self/cgroup"), root: "/sys/fs/cgroup")
  }

  /// - Parameters:
  ///   - membership: Lines `number:controllers:path` of /proc/self/cgroup.
  ///   - root: Folder where the groups are mounted.
  init(membership: [String], root: String) {
    for line in membership {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let (controllers, path) = (parts[1].split(separator: ","), String(parts[2]))
      if controllers.isEmpty {
        for folder in Self.folders(root, path) { addVersion2(folder) }
      } else if controllers.contains("cpu") {
        for folder in Self.folders("\(root)/\(parts[1])", path) { addVersion1Cores(folder) }
      } else if controllers.contains("memory") {
        for folder in Self.folders("\(root)/\(parts[1])", path) { addVersion1Memory(folder) }
      }
    }
  }

  /// Folders of the group and of all its parents, each of which may set a limit. Inside a container, the path may be invisible.
  private static func folders(_ root: String, _ path: String) -> [String] {
    var folders = [root]
    for part in path.split(separator: "/") { folders.append(folders[folders.count - 1] + "/" + part) }
    return folders
  }

  private mutating func addVersion2(_ folder: String) {
    let words = SystemFile.lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
    if words.count == 2 { add(quota: Double(words[0]), period: Double(words[1])) }
    add(limit: SystemFile.number(folder + "/memory.max"), used: SystemFile.number(folder + "/memory.current"))
  }

  private mutating func addVersion1Cores(_ folder: String) {
    let (quota, period) = (
      SystemFile.number(folder + "/cpu.cfs_quota_us"), SystemFile.number(folder + "/cpu.cfs_period_us")
    )
    add(quota: quota.map { Double($0) }, period: period.map { Double($0) })
  }

  private mutating func addVersion1Memory(_ folder: String) {
    add(
      limit: SystemFile.number(folder + "/memory.limit_in_bytes"),
      used: SystemFile.number(folder + "/memory.usage_in_bytes"))
  }

  private mutating func add(quota: Double?, period: Double?) {
    guard let quota, let period, quota > 0, period > 0 else { return }
    coreQuota = min(quota / period, coreQuota ?? .infinity)
  }

  private mutating func add(limit: Int?, used: Int?) {
    // Version 1 writes "no limit" as a number near 2⁶³.
    guard let limit, limit < 1 << 60 else { return }
    memoryLimit = min(limit, memoryLimit ?? limit)
    if let used { memoryLeft = min(max(0, limit - used), memoryLeft ?? limit) }
  }
}

/// Small files with facts about the system.
enum SystemFile {
  /// Lines of a file; empty if it cannot be read.
  static func lines(_ path: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  static func number(_ path: String) -> Int? { lines(path).first.flatMap { Int($0) } }
}
