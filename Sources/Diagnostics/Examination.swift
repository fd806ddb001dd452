import Collectives
import Foundation

/// Facts and findings of all workers, the same on every worker.
public struct Examination: Sendable {
  public enum Depth: Sendable {
    /// For the start of a run: takes well below 100 ms.
    case quick
    /// Includes messages as large as gradients.
    case thorough

    /// Numbers of elements of the tested all-reduces: few, odd, and large.
    var lengths: [Int] {
      switch self {
      case .quick: [1, 101, 20_011]
      case .thorough: [0, 1, 17, 101, 4_097, 65_537, 1_048_583]
      }
    }
  }

  public let workers: [WorkerFacts]
  public let findings: [Finding]

  public var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// Tests the collectives and gathers the facts of all workers. Collective.
  ///
  /// - Parameters:
  ///   - communicator: Connects the workers that are examined.
  ///   - depth: Extent of the examination.
  ///   - kind: Name of a worker in messages: `rank` or `worker`.
  ///   - versions: Versions that must be equal on all workers.
  ///   - neededMemory: Bytes that each worker is about to allocate, and that the workers of a host allocate together.
  public init(
    _ communicator: any Communicator, depth: Depth, kind: String, versions: [WorkerFacts.Version],
    neededMemory: (worker: Int, host: Int) = (0, 0)
  ) throws {
    let problem = try CollectiveTest(communicator: communicator).run(lengths: depth.lengths)
    var facts = WorkerFacts.current(versions: versions)
    // Without sharing, each of them allocates everything.
    let isShared = communicator.sharedMemoryProblem == nil
    facts.neededMemory = neededMemory.worker + (isShared ? 0 : neededMemory.host)
    facts.neededHostMemory = isShared ? neededMemory.host : 0
    workers = try communicator.allGather(Array(JSONEncoder().encode(facts))).map {
      try JSONDecoder().decode(WorkerFacts.self, from: Data($0))
    }
    let problems = try communicator.allGather(Array((problem ?? "").utf8)).map { String(decoding: $0, as: UTF8.self) }
    var found: [Finding] = []
    if let worker = problems.firstIndex(where: { !$0.isEmpty }) {
      found.append(Self.wrongResults(problems[worker], "\(kind) \(worker) (\(workers[worker].host))"))
    }
    if let problem = communicator.sharedMemoryProblem { found.append(Self.noSharedMemory(problem)) }
    findings = found + Findings(workers, kind: kind).all
  }

  static func wrongResults(_ problem: String, _ name: String) -> Finding {
    Finding(
      .error, .collectives, "collectives give wrong results: on \(name) \(problem)",
      advice: "do not train there: try again without that host, with --mca btl self,tcp, or with another MPI")
  }

  /// Finding if the last all-reduce, the largest, used no shared memory.
  public static func noSharedMemory(_ problem: String) -> Finding {
    Finding(
      .warning, .sharedMemory,
      "ranks of a host cannot share memory and send messages instead, which is slower: \(problem)",
      advice: "enlarge /dev/shm (docker --shm-size), and let all ranks run as one user in one container")
  }
}
