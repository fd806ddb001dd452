import Collectives
import Foundation

/// Findings of all workers together, the same on every worker.
public struct Examination: Sendable {
  public enum Depth: Sendable {
    /// For every start of a run: well below 100 ms.
    case quick
    /// With messages of the size of gradients.
    case thorough

    /// Elements of the sums that are tested: a few, odd, and large.
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
  ///   - kind: What a worker is called: `rank` or `worker`.
  ///   - versions: What must be the same everywhere.
  ///   - neededMemory: Bytes that every worker is about to take, and that those of a host take together.
  public init(
    _ communicator: any Communicator, depth: Depth, kind: String, versions: [WorkerFacts.Version],
    neededMemory: (worker: Int, host: Int) = (0, 0)
  ) throws {
    let problem = try CollectiveTest(communicator: communicator).run(lengths: depth.lengths)
    var facts = WorkerFacts.current(versions: versions)
    // Each of them takes what cannot be shared.
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
      advice: "train nothing there: try again without that host, with --mca btl self,tcp, or with another MPI")
  }

  /// Why the last sum, the largest, used no shared memory.
  public static func noSharedMemory(_ problem: String) -> Finding {
    Finding(
      .warning, .sharedMemory,
      "ranks of a host cannot share memory and send messages instead, which is slower: \(problem)",
      advice: "give /dev/shm more room (docker --shm-size), and let all ranks run as one user in one container")
  }
}
