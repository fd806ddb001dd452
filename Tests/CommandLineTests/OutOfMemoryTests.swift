import Foundation
import Testing

/// Memory that the system refuses ends a run with one line, wherever it is refused.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct OutOfMemoryTests {
  private let folder: TemporaryFolder
  private let train: [String]

  init() throws {
    folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    train = [Build.lockstep, "train", config, "--run-dir", folder.path("run"), "--set", "training.steps=3"]
  }

  /// `command` with so many KiB of addresses.
  private func limited(_ kibibytes: Int, _ command: [String]) -> [String] {
    ["sh", "-c", "ulimit -v \(kibibytes); exec \"$@\"", "sh"] + command
  }

  /// In KiB. The least that the program starts with depends on its libraries; OpenBLAS's block is larger than the distance
  /// between two of these limits, so some leave memory for everything but that; others, for all but a thread's stack or Swift's heap.
  private static func limits(from least: Int, by step: Int) -> [Int] {
    Array(stride(from: least, through: 1_000_000, by: step))
  }

  @Test("a process ends by itself with any limit, and says why")
  func oneProcess() throws {
    var refused = 0
    for limit in Self.limits(from: 300_000, by: 17_000) {
      let result = try ChildProcess("/usr/bin/env", limited(limit, train + ["--resume", "auto"])).wait()
      guard result.exitCode != 0 else { continue }
      refused += 1
      let isSaid = ["out of memory: ", "Cannot allocate memory", "the system refused a thread: "].contains {
        result.errors.contains($0)
      }
      #expect(
        result.exitCode == 1 && isSaid && result.errors.split(separator: "\n").count { $0.hasPrefix("error: ") } == 1,
        "\(limit): \(result.errors)")
    }
    #expect(refused > 0)
  }

  @Test("a rank says it once, with its number, and the job ends")
  func oneRank() throws {
    var refused = 0
    // With less, MPI has no memory to share.
    for limit in Self.limits(from: 500_000, by: 100_000) {
      let result = try ChildProcess(
        "/usr/bin/env",
        ["mpirun", "--oversubscribe", "-np", "1"] + train + [":", "-np", "1"] + limited(limit, train),
        environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
      ).wait()
      guard result.errors.contains("out of memory: ") else { continue }
      refused += 1
      #expect(result.exitCode == 1, "\(limit): \(result.errors)")
      let said = result.errors.ranges(of: try Regex("error: (worker|rank) 1: out of memory: ")).count
      #expect(said == 1 && result.errors.ranges(of: "error: ").count == 1, "\(limit): \(result.errors)")
    }
    #expect(refused > 0)
  }
}
