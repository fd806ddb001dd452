import Foundation
import Testing

/// A mount of /dev/shm that one process and its children see.
private enum SmallSharedMemory {
  /// A command with a /dev/shm of 64 MB, whose size in MB it prints first.
  static func command(_ words: [String]) -> [String] {
    let script = """
      mount -t tmpfs -o size=64m tmpfs /dev/shm && df --block-size=1M --output=size /dev/shm | tail -n 1 && exec "$@"
      """
    return ["unshare", "--mount", "sh", "-c", script, "sh"] + words
  }

  /// Why that cannot be had here; nil if it can.
  static let problem: String? = {
    do {
      let result = try ChildProcess("/usr/bin/env", command(["true"])).wait()
      if result.exitCode == 0 { return nil }
      return "a /dev/shm of its own requires root and unshare: \(result.errors.trimmingCharacters(in: .newlines))"
    } catch {
      return "\(error)"
    }
  }()
}

/// Ranks in a container whose /dev/shm is as small as container runtimes make it.
@Suite(
  .serialized, .takingTurns, .enabled(if: SmallSharedMemory.problem == nil, "\(SmallSharedMemory.problem ?? "")"))
struct SmallSharedMemoryTests {
  /// 11.4 million parameters: 46 MB for the partial sums of each of two ranks, and twice that for what they have once.
  private static let configuration = """
    data: {dataset: mnist-5k, train_limit: 64, test_limit: 16}
    model: {architecture: mlp, hidden: [3000, 3000]}
    optimizer: {kind: sgd, momentum: 0.9}
    schedule: {kind: constant, rate: 0.01}
    training: {batch_size: 16, steps: 4, shards: 2, seed: 3}
    """

  @Test("sums larger than /dev/shm are done, to the same weights as on threads")
  func sumsLargerThanSharedMemory() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.configuration, to: "large.yaml")
    let (threads, ranks) = (folder.path("threads"), folder.path("ranks"))
    let apart = ["--workers", "2", "--set", "training.share_weights=false"]
    let reference = try Lockstep.run(["train", config, "--run-dir", threads, "-q"] + apart)
    #expect(reference.exitCode == 0, "\(reference.errors)")
    #expect(try #require(SmallRun.summary(of: threads)["parameters"] as? Int) * 4 * 2 > 64 << 20)

    let launch = ["mpirun", "--oversubscribe", "-np", "2", Build.lockstep, "train", config, "--run-dir", ranks, "-q"]
    let result = try ChildProcess(
      "/usr/bin/env", SmallSharedMemory.command(launch),
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    ).wait(limit: 120)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output.trimmingCharacters(in: .whitespacesAndNewlines) == "64")
    #expect(try SmallRun.summary(of: ranks)["ranks"] as? Int == 2)
    let digests = try [threads, ranks].map { try SmallRun.digest(of: $0) }
    #expect(digests[0].count == 64 && digests[0] == digests[1])
  }
}
