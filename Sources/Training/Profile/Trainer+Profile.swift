import Collectives
import Files
import Foundation
import NeuralNetworks
import Tensors

/// Profile of a run.
extension Trainer {
  /// Number of steps at either end of the run whose spans are kept; fewer if those of many workers are gathered.
  private var keptSteps: Int { min(200, max(8, 800 / communicator.size)) }

  /// Collective if the run is profiled. The barrier is one moment on the clocks of all hosts.
  func startProfile() throws {
    guard run.options.isProfiled else { return }
    // The first barriers make connections and wake all workers.
    for _ in 0..<3 { try communicator.barrier() }
    startTime = Timeline.hostTime()
    let timeline = Timeline(keptSteps: keptSteps)
    (self.timeline, session.timeline) = (timeline, timeline)
    session.replica.layerTimes = LayerTimes(of: session.replica.model, now: Timeline.hostTime)
  }

  /// All workers' profiles; nil if the run is not profiled. Collective.
  func gatherProfile() throws -> RunProfile? {
    guard let timeline else { return nil }
    timeline.stop()
    var own = WorkerProfile()
    (own.shards, own.steps, own.startTime) = (communicator.shards.count, timeline.measuredSteps, startTime)
    own.cores = CoreBinding.allowedCores
    own.seconds = Timeline.Phase.allCases.map { timeline.seconds($0) }
    own.layers = session.replica.layerTimes?.nanoseconds.map { LayerTime(nanoseconds: $0) } ?? []
    own.spans = timeline.spans
    let hosts = try communicator.allGather(Array(hostName().utf8))
    let words = try communicator.allGather(words: own.words)
    guard communicator.worker == 0 else { return nil }
    return RunProfile(
      workers: zip(hosts, words).map { WorkerProfile(host: String(decoding: $0, as: UTF8.self), words: $1) },
      layers: session.replica.model.summary.rows.map { ($0.path, $0.name) } + [("", "loss")],
      shardsAreFixed: run.configuration.training.shards != nil, workersAreRanks: jobSize.ranks > 1)
  }
}
