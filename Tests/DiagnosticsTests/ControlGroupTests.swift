import Foundation
import Testing

@testable import Diagnostics

/// Limits as the kernel writes them, in a folder that stands for /sys/fs/cgroup.
@Suite struct ControlGroupTests {
  private func group(_ membership: [String], _ files: [String: String]) throws -> ControlGroup {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for (name, text) in files {
      let file = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: false, encoding: .utf8)
    }
    return ControlGroup(membership: membership, root: root.path)
  }

  @Test func version2TakesTheTightestLimitOnTheWayUp() throws {
    let found = try group(
      ["0::/pod/one"],
      [
        "cpu.max": "max 100000\n", "pod/cpu.max": "150000 100000\n", "pod/one/cpu.max": "400000 100000\n",
        "pod/memory.max": "1000\n", "pod/memory.current": "400\n", "pod/one/memory.max": "max\n",
      ])
    #expect(found.coreQuota == 1.5 && found.memoryLimit == 1000 && found.memoryLeft == 600)
  }

  @Test func version1() throws {
    let found = try group(
      ["4:memory:/job", "2:cpu,cpuacct:/", "1:name=systemd:/"],
      [
        "cpu,cpuacct/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        "memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "5\n",
        "memory/job/memory.limit_in_bytes": "4096\n", "memory/job/memory.usage_in_bytes": "5000\n",
      ])
    #expect(found.coreQuota == 2 && found.memoryLimit == 4096 && found.memoryLeft == 0)
  }

  @Test func noLimits() throws {
    let found = try group(["0::/x", "3:cpu:/"], ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"])
    #expect(found.coreQuota == nil && found.memoryLimit == nil && found.memoryLeft == nil)
  }
}
