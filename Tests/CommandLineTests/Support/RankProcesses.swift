import Foundation

/// The processes of a job as the system sees them.
enum RankProcesses {
  /// Processes below `parent` whose program has this name, in order of their numbers.
  static func descendants(of parent: Int32, running name: String) throws -> [Int32] {
    let all = try all()
    func isBelow(_ process: Int32) -> Bool {
      var current = process
      while let next = all[current]?.parent, next > 1 {
        if next == parent { return true }
        current = next
      }
      return false
    }
    return all.keys.filter { all[$0]?.name == name && isBelow($0) }.sorted()
  }

  /// The processes that have `argument` among their arguments; those that have ended are none.
  static func mentioning(_ argument: String) throws -> [Int32] {
    try all().keys.filter { process in
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return line.split(separator: 0).contains { String(decoding: $0, as: UTF8.self) == argument }
    }.sorted()
  }

  private static func all() throws -> [Int32: (parent: Int32, name: String)] {
    var found: [Int32: (parent: Int32, name: String)] = [:]
    for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let process = Int32(entry), let stat = try? String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8),
        let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")")
      else { continue }
      let rest = stat[stat.index(after: close)...].split(separator: " ")
      guard rest.count > 1, let parent = Int32(rest[1]) else { continue }
      found[process] = (parent, String(stat[stat.index(after: open)..<close]))
    }
    return found
  }
}
