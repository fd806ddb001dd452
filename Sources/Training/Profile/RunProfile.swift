import Collectives
import JSON

/// Profile of a run, by worker.
public struct RunProfile: Sendable, Equatable {
  /// In worker order.
  public let workers: [WorkerProfile]
  /// False if the number of shards is that of the workers.
  public let shardsAreFixed: Bool
  /// Whether workers are ranks; else threads of a process.
  public let workersAreRanks: Bool

  /// In the model's order, followed by the loss.
  public let layers: [Layer]

  /// Parts of every step.
  public static let stepPhases: [Timeline.Phase] = [
    .data, .forward, .backward, .hiddenCommunication, .exposedCommunication, .waiting, .optimizer,
  ]

  /// - Parameters:
  ///   - workers: Their profiles as measured; see `WorkerProfile.countingLateness`.
  ///   - layers: Paths and kinds of the layers in the workers' profiles.
  ///   - shardsAreFixed: Whether the configuration gives the number of shards.
  ///   - workersAreRanks: Whether workers are MPI ranks, not threads.
  public init(
    workers: [WorkerProfile], layers: [(path: String, kind: String)] = [], shardsAreFixed: Bool, workersAreRanks: Bool
  ) {
    precondition(!workers.isEmpty, "a profile of no workers")
    (self.shardsAreFixed, self.workersAreRanks) = (shardsAreFixed, workersAreRanks)
    self.layers = Self.layers(layers, of: workers)
    self.workers = WorkerProfile.countingLateness(workers)
  }

  /// Number of measured steps: all but the first.
  public var steps: Int { workers[0].steps }
  public var shards: Int { workers.reduce(0) { $0 + $1.shards } }

  /// `rank 3`
  public func name(_ worker: Int) -> String { "\(workersAreRanks ? "rank" : "worker") \(worker)" }

  /// The first host with more workers than cores for them: its name and both numbers.
  public var crowdedHost: (name: String, workers: Int, cores: Int)? {
    for host in workers.map(\.host) {
      let here = workers.filter { $0.host == host }
      let cores = Set(here.flatMap(\.cores)).count
      if (1..<here.count).contains(cores) { return (host, here.count, cores) }
    }
    return nil
  }

  /// Milliseconds per step.
  public func milliseconds(_ phase: Timeline.Phase, of worker: Int) -> Double {
    steps > 0 ? workers[worker][phase] / Double(steps) * 1e3 : 0
  }

  public func milliseconds(_ phases: [Timeline.Phase], of worker: Int) -> Double {
    phases.reduce(0) { $0 + milliseconds($1, of: worker) }
  }

  /// Mean over the workers.
  public func milliseconds(_ phases: [Timeline.Phase]) -> Double {
    workers.indices.reduce(0) { $0 + milliseconds(phases, of: $1) } / Double(workers.count)
  }

  /// The content of `profile.json`.
  public var json: JSON {
    let verdict = ProfileVerdict(self)
    return [
      "steps": .integer(steps),
      "workers": .array(
        workers.indices.map { worker in
          [
            "worker": .integer(worker), "host": .string(workers[worker].host),
            "shards": .integer(workers[worker].shards),
            "milliseconds_per_step": .object(
              Timeline.Phase.allCases.map { .init($0.key, .number(milliseconds($0, of: worker))) }),
          ]
        }),
      "layers": .array(
        layers.map {
          [
            "path": .string($0.path), "kind": .string($0.kind),
            "forward_milliseconds_per_step": .number($0.milliseconds.forward),
            "backward_milliseconds_per_step": .number($0.milliseconds.backward),
          ]
        }),
      "limit": .string(verdict.limit.rawValue),
      "verdict": .array(verdict.sentences.map { .string($0) }),
    ]
  }
}

extension Timeline.Phase {
  /// Name in JSON: `communication_hidden`.
  var key: String {
    switch self {
    case .waiting: "waiting"
    case .optimizer: "optimizer"
    default: name.replacing(" ", with: "_")
    }
  }
}
